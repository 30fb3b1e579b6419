import {
  executeSync,
  GraphQLError,
  isInputType,
  isListType,
  Kind,
  MaxIntrospectionDepthRule,
  OperationTypeNode,
  parse,
  specifiedRules,
  typeFromAST,
  validate,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { coercer } from './coerce-input.ts';
import { atStep, InputError } from './input-error.ts';
import {
  compileWriter,
  selectFields,
  type FieldTable,
  type SelectedField,
  type Write,
  type WriteScope,
  type WriterParts,
} from './json-writer.ts';

/** Arguments of a root field in their types' own forms. */
export type Arguments = Readonly<Record<string, unknown>>;

export interface RootField {
  /** The value; of a list its elements, some at a time, so that long answers are written in turns. */
  resolve(args: Arguments): unknown;
  /** The labels that identities in the answer show; none when not said. */
  labels?(args: Arguments): WriteScope['labels'];
}

export interface OperationParts {
  readonly schema: GraphQLSchema;
  readonly queries: Readonly<Record<string, RootField>>;
  readonly mutations: Readonly<Record<string, RootField>>;
  readonly fields: Readonly<Record<string, FieldTable>>;
  readonly pieces: WriterParts['pieces'];
}

/** A document that is not GraphQL, or does not fit the schema. Answered with 422. */
export class DocumentError extends Error {
  readonly errors: readonly GraphQLError[];
  readonly code: 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED';

  constructor(errors: readonly GraphQLError[], code: DocumentError['code']) {
    super(errors[0]?.message ?? code);
    this.errors = errors;
    this.code = code;
  }
}

/** Tokens of a document at the most: more than any client writes by hand, few enough to check in milliseconds. */
const mostTokens = 20_000;
/** Deeper than any selection of this schema, or the usual introspection, goes. */
const deepestNesting = 64;
const validationRules = [...specifiedRules, MaxIntrospectionDepthRule];

export function parseDocument(schema: GraphQLSchema, text: string): DocumentNode {
  if (depthOf(text) > deepestNesting) {
    throw new DocumentError([new GraphQLError('the document is nested too deeply')], 'GRAPHQL_PARSE_FAILED');
  }
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: mostTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new DocumentError([error], 'GRAPHQL_PARSE_FAILED');
  }
  const errors = validate(schema, document, validationRules, { maxErrors: 20 });
  if (errors.length > 0) throw new DocumentError(errors, 'GRAPHQL_VALIDATION_FAILED');
  return document;
}

/** How deep brackets are nested; those in strings do not count. The parser would fill the stack with what is nested without end. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\\n]|\\.)*"|[{}[\]()]/g)) {
    if (token === '{' || token === '[' || token === '(') deepest = Math.max(deepest, ++depth);
    else if (!token.startsWith('"')) depth--;
  }
  return deepest;
}

/** One root field of a compiled operation. */
interface CompiledField {
  readonly selected: SelectedField;
  readonly root: RootField;
  readonly args: (variables: Arguments) => Arguments;
  readonly write: Write;
  /** Writes one element, where the answer is a list. */
  readonly writeElement: Write | undefined;
}

/** An operation of a document, ready to run as often as it is asked for. */
export class Operation {
  readonly isMutation: boolean;
  readonly #node: OperationDefinitionNode;
  readonly #document: DocumentNode;
  readonly #parts: OperationParts;
  readonly #fields: readonly (CompiledField | SelectedField)[];
  readonly #typeName: string;

  constructor(document: DocumentNode, operationName: string | undefined, parts: OperationParts) {
    this.#document = document;
    this.#parts = parts;
    this.#node = findOperation(document, operationName);
    this.isMutation = this.#node.operation === OperationTypeNode.MUTATION;
    const type = parts.schema.getRootType(this.#node.operation);
    if (!type) throw new InputError(`the schema has no ${this.#node.operation}`);
    this.#typeName = type.name;
    const fragments = new Map(document.definitions.filter(isFragment).map(fragment => [fragment.name.value, fragment]));
    const roots = this.isMutation ? parts.mutations : parts.queries;
    this.#fields = selectFields([this.#node.selectionSet], fragments).map(selected =>
      selected.node.name.value.startsWith('__')
        ? selected
        : compileRoot({ type, selected, roots, writer: { ...parts, fragments } }),
    );
  }

  /** Variables in their types' own forms. Throws InputError. */
  variables(values: Readonly<Record<string, unknown>>): Arguments {
    const coerced: Record<string, unknown> = {};
    for (const { variable, type: typeNode, defaultValue } of this.#node.variableDefinitions ?? []) {
      const name = variable.name.value;
      const type = typeFromAST(this.#parts.schema, typeNode);
      if (!type || !isInputType(type)) throw new InputError(`$${name} has no input type`);
      const given =
        values[name] === undefined && defaultValue !== undefined ? valueFromASTUntyped(defaultValue) : values[name];
      try {
        const value = coercer(type)(given);
        if (value !== undefined) coerced[name] = value;
      } catch (error) {
        // The original finds these only where the variable is used.
        const isLate = error instanceof InputError && error.phase === 'execution';
        throw atStep(atStep(error, name), isLate ? this.#firstField() : 'variable');
      }
    }
    return coerced;
  }

  /** The answer's `data`, as pieces of JSON: long lists come in many. Throws InputError and what a resolver throws before the first piece of its field. */
  async *run(variables: Arguments): AsyncGenerator<string> {
    let before = '{';
    for (const field of this.#fields) {
      const selected = 'selected' in field ? field.selected : field;
      if (selected.included?.(variables) === false) continue;
      yield `${before}${JSON.stringify(selected.responseName)}:`;
      before = ',';
      if ('selected' in field) yield* runField(field, variables);
      else yield this.#introspect(selected.node, variables);
    }
    yield before === '{' ? '{}' : '}';
  }

  #firstField(): string {
    const [first] = this.#node.selectionSet.selections;
    return first?.kind === Kind.FIELD ? first.name.value : this.#typeName;
  }

  #introspect(node: FieldNode, variables: Arguments): string {
    if (node.name.value === '__typename') return JSON.stringify(this.#typeName);
    const only: OperationDefinitionNode = {
      ...this.#node,
      selectionSet: { kind: Kind.SELECTION_SET, selections: [node] },
    };
    const document: DocumentNode = {
      kind: Kind.DOCUMENT,
      definitions: [only, ...this.#document.definitions.filter(isFragment)],
    };
    const { data, errors } = executeSync({ schema: this.#parts.schema, document, variableValues: variables });
    if (errors !== undefined) throw errors[0] ?? new GraphQLError('introspection failed');
    return JSON.stringify(data?.[node.alias?.value ?? node.name.value]);
  }
}

/** Pieces of an answer have about this many characters. */
const pieceLength = 65_536;

async function* runField(
  { root, args, write, writeElement }: CompiledField,
  variables: Arguments,
): AsyncGenerator<string> {
  const values = args(variables);
  const scope: WriteScope = { variables, pieces: new Map(), labels: root.labels?.(values) ?? new Set() };
  const value = await root.resolve(values);
  if (writeElement === undefined || !isIterable(value)) {
    yield write(value, scope);
    return;
  }
  let text = '[';
  let first = true;
  for (const elements of value) {
    for (const element of elements) {
      text += first ? writeElement(element, scope) : `,${writeElement(element, scope)}`;
      first = false;
      if (text.length < pieceLength) continue;
      yield text;
      text = '';
    }
    // Also where all elements were left out: whoever sends the pieces looks at the clock between them.
    yield text;
    text = '';
  }
  yield `${text}]`;
}

function isIterable(value: unknown): value is Iterable<readonly unknown[]> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

interface RootParts {
  readonly type: GraphQLObjectType;
  readonly selected: SelectedField;
  readonly roots: Readonly<Record<string, RootField>>;
  readonly writer: WriterParts;
}

function compileRoot({ type, selected, roots, writer }: RootParts): CompiledField {
  const { node, selections } = selected;
  const name = node.name.value;
  const field = type.getFields()[name];
  const root = roots[name];
  if (field === undefined || root === undefined) throw new Error(`nothing resolves ${type.name}.${name}`);
  const listType = 'ofType' in field.type ? field.type.ofType : field.type;
  return {
    selected,
    root,
    args: compileArguments(field, node),
    write: compileWriter(field.type, selections, writer),
    writeElement: isListType(listType) ? compileWriter(listType.ofType, selections, writer) : undefined,
  };
}

/** Literals are checked once, variables were checked when they came. */
function compileArguments(field: GraphQLField<unknown, unknown>, node: FieldNode): (variables: Arguments) => Arguments {
  const given = new Map((node.arguments ?? []).map(argument => [argument.name.value, argument.value]));
  return variables => {
    const values: Record<string, unknown> = {};
    for (const { name, type } of field.args) {
      const value = given.get(name);
      if (value === undefined) continue;
      if (value.kind === Kind.VARIABLE) {
        values[name] = variables[value.name.value];
        continue;
      }
      try {
        values[name] = coercer(type)(valueFromASTUntyped(value, variables));
      } catch (error) {
        throw atStep(atStep(error, name), field.name);
      }
    }
    return values;
  };
}

function findOperation(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operations = document.definitions.filter(definition => definition.kind === Kind.OPERATION_DEFINITION);
  const wanted =
    name === undefined || name === ''
      ? operations.length === 1
        ? operations[0]
        : undefined
      : operations.find(operation => operation.name?.value === name);
  if (wanted === undefined) throw new InputError(`operation ${name ?? ''} not found`);
  return wanted;
}

function isFragment(definition: DocumentNode['definitions'][number]): definition is FragmentDefinitionNode {
  return definition.kind === Kind.FRAGMENT_DEFINITION;
}
