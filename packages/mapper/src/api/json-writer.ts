import {
  GraphQLError,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { InputError } from './input-error.ts';

/** Writes a value as JSON, as a selection asks for it. */
export type Write = (value: unknown, scope: WriteScope) => string;

/** What is the same for all values of one answer. */
export interface WriteScope {
  readonly variables: Readonly<Record<string, unknown>>;
  /** Pieces that were written before, by what writes them and what they are of. */
  readonly pieces: Map<Write, Map<object, string>>;
  /** The labels that identities show: all, or those with these keys. */
  readonly labels: 'all' | ReadonlySet<string>;
}

/** How the fields of one type are got from what our stores hold. A field that is not listed is the member of the same name. */
export type FieldTable = Readonly<Record<string, (source: never, scope: WriteScope) => unknown>>;

export interface WriterParts {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** By type name. */
  readonly fields: Readonly<Record<string, FieldTable>>;
  /**
   * Types whose values are written once per answer for each object that `piece` names; undefined when the selection needs more than
   * that object.
   */
  readonly pieces: Readonly<Record<string, (source: never, fields: ReadonlySet<string>) => object | undefined>>;
}

/** A field of a selection, with all selections of the same response name merged. */
export interface SelectedField {
  readonly node: FieldNode;
  readonly responseName: string;
  readonly selections: readonly SelectionSetNode[];
  /** False when `@skip` or `@include` leaves it out. */
  readonly included: ((variables: WriteScope['variables']) => boolean) | undefined;
}

const mostVisits = 5_000;

/** The fields of selection sets of one type, fragments expanded, in the order of the document. */
export function selectFields(
  sets: readonly SelectionSetNode[],
  fragments: WriterParts['fragments'],
): readonly SelectedField[] {
  const selected = new Map<string, SelectedField>();
  const seen = new Set<string>();
  let visits = 0;
  for (const set of sets) visit(set, undefined);
  return [...selected.values()];

  function visit(set: SelectionSetNode, outer: SelectedField['included']): void {
    for (const node of set.selections) {
      // Fragments that spread each other twice under conditions multiply.
      if (++visits > mostVisits) throw new InputError('the selection is too large');
      const included = both(outer, condition(node));
      if (node.kind === Kind.FIELD) add(node, included);
      else if (node.kind === Kind.INLINE_FRAGMENT) visit(node.selectionSet, included);
      else {
        const fragment = fragments.get(node.name.value);
        // A fragment under a condition may be spread again without one.
        if (fragment === undefined || (included === undefined && seen.has(node.name.value))) continue;
        if (included === undefined) seen.add(node.name.value);
        visit(fragment.selectionSet, included);
      }
    }
  }

  function add(node: FieldNode, included: SelectedField['included']): void {
    const responseName = node.alias?.value ?? node.name.value;
    const before = selected.get(responseName);
    const selections = [...(before?.selections ?? []), ...(node.selectionSet === undefined ? [] : [node.selectionSet])];
    const either =
      before === undefined ? included : before.included && included ? or(before.included, included) : undefined;
    selected.set(responseName, { node: before?.node ?? node, responseName, selections, included: either });
  }
}

type Condition = NonNullable<SelectedField['included']>;

function or(a: Condition, b: Condition): Condition {
  return variables => a(variables) || b(variables);
}

function both(a: Condition | undefined, b: Condition | undefined): Condition | undefined {
  return a !== undefined && b !== undefined ? variables => a(variables) && b(variables) : (a ?? b);
}

function condition(node: SelectionNode): Condition | undefined {
  let result: Condition | undefined;
  for (const directive of node.directives ?? []) {
    const wanted = directive.name.value === 'include';
    if (!wanted && directive.name.value !== 'skip') continue;
    const value = directive.arguments?.find(argument => argument.name.value === 'if')?.value;
    if (value?.kind === Kind.BOOLEAN) {
      const fixed = value.value === wanted;
      result = both(result, () => fixed);
    } else if (value?.kind === Kind.VARIABLE) {
      const name = value.name.value;
      result = both(result, variables => (variables[name] === true) === wanted);
    }
  }
  return result;
}

/** Compiles the writer of a type for a selection. */
export function compileWriter(
  type: GraphQLOutputType,
  selections: readonly SelectionSetNode[],
  parts: WriterParts,
): Write {
  if (isNonNullType(type)) {
    const inner = compilePresent(type.ofType, selections, parts);
    return (value, scope) => {
      if (value === null || value === undefined) throw new GraphQLError(`a value of type ${String(type)} is missing`);
      return inner(value, scope);
    };
  }
  const present = compilePresent(type, selections, parts);
  return (value, scope) => (value === null || value === undefined ? 'null' : present(value, scope));
}

function compilePresent(type: GraphQLOutputType, selections: readonly SelectionSetNode[], parts: WriterParts): Write {
  if (isListType(type)) {
    const item = compileWriter(type.ofType, selections, parts);
    return (value, scope) => {
      let text = '';
      for (const element of value as Iterable<unknown>)
        text += text === '' ? item(element, scope) : `,${item(element, scope)}`;
      return `[${text}]`;
    };
  }
  if (isObjectType(type)) return compileObject(type, selections, parts);
  if (isEnumType(type)) return value => `"${String(value)}"`;
  if (type.name === 'Int' || type.name === 'Boolean') return value => String(value);
  return value => JSON.stringify(String(value));
}

interface FieldWriter {
  readonly prefix: string;
  readonly included: SelectedField['included'];
  readonly write: Write;
}

function compileObject(type: GraphQLObjectType, selections: readonly SelectionSetNode[], parts: WriterParts): Write {
  const fields = selectFields(selections, parts.fragments);
  const writers = fields.map(field => compileField(type, field, parts));
  const write: Write = (source, scope) => {
    let text = '';
    for (const { prefix, included, write: writeField } of writers) {
      if (included !== undefined && !included(scope.variables)) continue;
      text += text === '' ? prefix : `,${prefix}`;
      text += writeField(source, scope);
    }
    return `{${text}}`;
  };
  const pieceOf = parts.pieces[type.name] as
    ((source: unknown, fields: ReadonlySet<string>) => object | undefined) | undefined;
  return pieceOf === undefined ? write : inPieces(write, pieceOf, new Set(fields.map(({ node }) => node.name.value)));
}

function compileField(
  type: GraphQLObjectType,
  { node, responseName, selections, included }: SelectedField,
  parts: WriterParts,
): FieldWriter {
  const name = node.name.value;
  const prefix = `${JSON.stringify(responseName)}:`;
  if (name === '__typename') return { prefix, included, write: () => JSON.stringify(type.name) };
  const field = type.getFields()[name];
  if (field === undefined) throw new Error(`${type.name} has no field ${name}`);
  const write = compileWriter(field.type, selections, parts);
  const read = parts.fields[type.name]?.[name] as ((source: unknown, scope: WriteScope) => unknown) | undefined;
  if (read !== undefined) return { prefix, included, write: (source, scope) => write(read(source, scope), scope) };
  return { prefix, included, write: (source, scope) => write((source as Record<string, unknown>)[name], scope) };
}

/** Writes a value once per answer and object that it is made of. */
function inPieces(
  write: Write,
  pieceOf: (source: unknown, fields: ReadonlySet<string>) => object | undefined,
  fields: ReadonlySet<string>,
): Write {
  return (source, scope) => {
    const of = pieceOf(source, fields);
    if (of === undefined) return write(source, scope);
    let pieces = scope.pieces.get(write);
    if (pieces === undefined) {
      pieces = new Map();
      scope.pieces.set(write, pieces);
    }
    let piece = pieces.get(of);
    if (piece === undefined) {
      piece = write(source, scope);
      pieces.set(of, piece);
    }
    return piece;
  };
}
