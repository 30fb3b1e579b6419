import {
  isInputType,
  isListType,
  Kind,
  OperationTypeNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  typeFromAST,
  valueFromASTUntyped,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type TypeNode,
} from 'graphql';
import type { Access } from '../auth/access.ts';
import { CachedFragments } from './cached-fragments.ts';
import { coercer } from './coerce-input.ts';
import { compileArguments } from './compile-arguments.ts';
import { InputError, withPathStep } from './input-error.ts';
import {
  compileWriter,
  readSchema,
  type AnswerContext,
  type FieldTable,
  type Write,
  type WriterParts,
} from './json-writer.ts';
import { selectFields, type Fragments, type SelectedField, type Variables } from './select-fields.ts';

export interface RootField<Args = never> {
  /**
   * The value, as far as the request may see it; of a list its elements, some at a time, so that long answers are
   * written in turns.
   */
  resolve(args: Args, access: Access): unknown;
  /** The labels that identities in the answer show; none when not said. */
  labels?(args: Args): AnswerContext['labels'];
}

/** What answers each field of a root type, by the arguments of its fields (`QueryArguments`, `MutationArguments`). */
export type RootFields<Arguments> = { readonly [Name in keyof Arguments]: RootField<Arguments[Name]> };

export interface OperationParts {
  readonly schema: GraphQLSchema;
  readonly queries: Readonly<Record<string, RootField>>;
  readonly mutations: Readonly<Record<string, RootField>>;
  readonly fields: Readonly<Record<string, FieldTable>>;
  readonly cached: WriterParts['cached'];
}

/** Writes a root field: lists in many pieces, all else in one. */
type RunField = (request: FieldRequest) => AsyncGenerator<string>;

interface FieldRequest {
  readonly variables: Variables;
  readonly access: Access;
  readonly introspection: AnswerContext['introspection'];
}

interface CompiledField {
  readonly name: string;
  readonly responseName: string;
  readonly run: RunField;
}

/** Fields of the schema's own description in one answer; the usual introspection has 17,000. */
const maxIntrospection = 60_000;

/** An operation of a document, ready to run as often as it is asked for. */
export class Operation {
  readonly isMutation: boolean;
  readonly #node: OperationDefinitionNode;
  readonly #fragments: Fragments;
  readonly #parts: OperationParts;
  readonly #type: GraphQLObjectType;
  /** Variables that `@skip` and `@include` look at. */
  readonly #deciding: readonly string[];
  /** The fields, as they were compiled last, and what was decided then. */
  #compiled: { readonly decided: string; readonly fields: readonly CompiledField[] } | undefined;

  constructor(document: DocumentNode, operationName: string | undefined, parts: OperationParts) {
    this.#parts = parts;
    this.#node = findOperation(document, operationName);
    this.isMutation = this.#node.operation === OperationTypeNode.MUTATION;
    const type = parts.schema.getRootType(this.#node.operation);
    if (!type) throw new InputError(`the schema has no ${this.#node.operation}`);
    this.#type = type;
    this.#fragments = new Map(
      document.definitions.filter(isFragment).map(fragment => [fragment.name.value, fragment] as const),
    );
    this.#deciding = (this.#node.variableDefinitions ?? [])
      .filter(({ type: variableType }) => /^Boolean!?$/.test(nameOf(variableType)))
      .map(({ variable }) => variable.name.value);
  }

  /** Variables in their types' own forms. Throws InputError. */
  variables(values: Readonly<Record<string, unknown>>): Variables {
    const coerced: Record<string, unknown> = {};
    for (const { variable, type: typeNode, defaultValue } of this.#node.variableDefinitions ?? []) {
      const name = variable.name.value;
      const type = typeFromAST(this.#parts.schema, typeNode);
      if (!type || !isInputType(type)) throw new InputError(`$${name} has no input type`);
      const own = Object.hasOwn(values, name) ? values[name] : undefined;
      const given = own === undefined && defaultValue !== undefined ? valueFromASTUntyped(defaultValue) : own;
      try {
        const value = coercer(type)(given);
        if (value !== undefined) coerced[name] = value;
      } catch (error) {
        // The original finds these only where the variable is used.
        const isLate = error instanceof InputError && error.phase === 'execution';
        throw withPathStep(withPathStep(error, name), isLate ? this.#firstField() : 'variable');
      }
    }
    return coerced;
  }

  /** Names of the fields that are asked for. */
  rootFields(variables: Variables): readonly string[] {
    return this.#fields(variables).map(({ name }) => name);
  }

  /**
   * The answer's `data`, as pieces of JSON: long lists come in many. Throws InputError and what a resolver throws
   * before the first piece of its field.
   */
  async *run(variables: Variables, access: Access): AsyncGenerator<string> {
    const introspection = { left: maxIntrospection };
    let before = '{';
    for (const { responseName, run } of this.#fields(variables)) {
      yield `${before}${JSON.stringify(responseName)}:`;
      before = ',';
      yield* run({ variables, access, introspection });
    }
    yield before === '{' ? '{}' : '}';
  }

  #fields(variables: Variables): readonly CompiledField[] {
    const decided = JSON.stringify(this.#deciding.map(name => variables[name]));
    if (this.#compiled?.decided !== decided) this.#compiled = { decided, fields: this.#compile(variables) };
    return this.#compiled.fields;
  }

  #compile(variables: Variables): readonly CompiledField[] {
    const { queries, mutations, ...parts } = this.#parts;
    const writer: WriterParts = { ...parts, fragments: this.#fragments, variables };
    const roots = this.isMutation ? mutations : queries;
    return selectFields([this.#node.selectionSet], writer).map(selected => ({
      name: selected.node.name.value,
      responseName: selected.responseName,
      run: compileRoot(selected, { type: this.#type, roots, writer }),
    }));
  }

  #firstField(): string {
    const [first] = this.#node.selectionSet.selections;
    return first?.kind === Kind.FIELD ? first.name.value : this.#type.name;
  }
}

interface RootParts {
  readonly type: GraphQLObjectType;
  readonly roots: Readonly<Record<string, RootField>>;
  readonly writer: WriterParts;
}

function compileRoot(selected: SelectedField, { type, roots, writer }: RootParts): RunField {
  const { node, selections } = selected;
  const name = node.name.value;
  if (name === '__typename') return inOnePiece(() => JSON.stringify(type.name));
  const field = metaFields[name] ?? type.getFields()[name];
  if (field === undefined) throw new Error(`${type.name} has no field ${name}`);
  const args = compileArguments(field, node);
  const write = compileWriter(field.type, selections, writer);
  if (name.startsWith('__')) {
    const read = readSchema(field, args, writer.schema);
    return inOnePiece(context => write(read(undefined, context), context));
  }
  const root = roots[name];
  if (root === undefined) throw new Error(`nothing resolves ${type.name}.${name}`);
  const listType = 'ofType' in field.type ? field.type.ofType : field.type;
  const writeElement = isListType(listType) ? compileWriter(listType.ofType, selections, writer) : undefined;
  return ({ variables, access, introspection }) => {
    const context = emptyContext(variables, introspection);
    return runField({ root, write, writeElement }, { args: args(variables), access, context });
  };
}

const metaFields: Readonly<Record<string, GraphQLField<unknown, unknown>>> = {
  __schema: SchemaMetaFieldDef,
  __type: TypeMetaFieldDef,
};

function emptyContext(variables: Variables, introspection: AnswerContext['introspection']): AnswerContext {
  return { variables, introspection, cachedFragments: new CachedFragments(), shared: new Map(), labels: new Set() };
}

function inOnePiece(write: (context: AnswerContext) => string): RunField {
  // eslint-disable-next-line @typescript-eslint/require-await -- what fields answer comes in turns; this one needs none
  return async function* ({ variables, introspection }) {
    yield write(emptyContext(variables, introspection));
  };
}

/** Pieces of an answer have about this many characters. */
const pieceLength = 65_536;

interface FieldParts {
  readonly root: RootField;
  readonly write: Write;
  /** Writes one element, where the answer is a list. */
  readonly writeElement: Write | undefined;
}

interface FieldCall {
  readonly args: Variables;
  readonly access: Access;
  readonly context: AnswerContext;
}

async function* runField(
  { root, write, writeElement }: FieldParts,
  { args: coerced, access, context: empty }: FieldCall,
): AsyncGenerator<string> {
  // They were coerced as the schema says, and that is what the fields' types are generated from.
  const args = coerced as never;
  const context: AnswerContext = { ...empty, labels: root.labels?.(args) ?? empty.labels };
  const value = await root.resolve(args, access);
  if (writeElement === undefined || !isIterable(value)) {
    yield write(value, context);
    return;
  }
  let text = '[';
  let first = true;
  for (const elements of value) {
    for (const element of elements) {
      text += first ? writeElement(element, context) : `,${writeElement(element, context)}`;
      first = false;
      if (text.length < pieceLength) continue;
      yield text;
      text = '';
    }
    // Also where all elements were left out: whoever sends the pieces looks at the clock between them.
    yield '';
  }
  yield `${text}]`;
}

function isIterable(value: unknown): value is Iterable<readonly unknown[]> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function nameOf(type: TypeNode): string {
  if (type.kind === Kind.NAMED_TYPE) return type.name.value;
  return type.kind === Kind.NON_NULL_TYPE ? `${nameOf(type.type)}!` : '';
}

function findOperation(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operations = document.definitions.filter(definition => definition.kind === Kind.OPERATION_DEFINITION);
  const wanted =
    name === undefined || name === ''
      ? operations.length === 1
        ? operations[0]
        : undefined
      : operations.find(operation => operation.name?.value === name);
  if (wanted === undefined) throw new InputError(`operation ${(name ?? '').slice(0, 100)} not found`);
  return wanted;
}

function isFragment(definition: DocumentNode['definitions'][number]): definition is FragmentDefinitionNode {
  return definition.kind === Kind.FRAGMENT_DEFINITION;
}
