import {
  GraphQLError,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { ObjectTypes } from '@network-mapper/api';
import type { CachedFragments } from './cached-fragments.ts';
import { compileArguments } from './compile-arguments.ts';
import { InputError } from './input-error.ts';
import { selectFields, type SelectedField, type Selecting, type Variables } from './select-fields.ts';

/** Writes a value as JSON, as a selection asks for it. */
export type Write = (value: unknown, context: AnswerContext) => string;

/** What is the same for all values of one answer. */
export interface AnswerContext {
  readonly variables: Variables;
  readonly cachedFragments: CachedFragments;
  /** What was shared among the values of this answer before, by something that equal values have in common. */
  readonly shared: Map<unknown, object>;
  /** The labels that identities show: all, or those with these keys. */
  readonly labels: 'all' | ReadonlySet<string>;
  /** Fields of the schema's own description that may still be written. */
  readonly introspection: { left: number };
}

type ReadField = (source: never, context: AnswerContext) => unknown;

/**
 * How the fields of one type are read from what our stores hold. A field that is not listed is the member of the same
 * name.
 */
export type FieldTable = Readonly<Record<string, ReadField>>;

/** Tables for types of the schema, held against it: what is misspelt does not compile. */
export type FieldTables = {
  readonly [Name in keyof ObjectTypes]?: { readonly [Field in keyof ObjectTypes[Name]]?: ReadField };
};

/** How the fields of a type that come from one object are written once an answer for each such object. */
export interface CachedType {
  /** The object that all fields but `except` are read from. */
  readonly key: (source: never, context: AnswerContext) => object;
  readonly except: ReadonlySet<string>;
}

export interface WriterParts extends Selecting {
  readonly schema: GraphQLSchema;
  /** By type name. */
  readonly fields: Readonly<Record<string, FieldTable>>;
  /** By type name. */
  readonly cached: Readonly<Record<string, CachedType>>;
}

/** Compiles the writer of a type for a selection. */
export function compileWriter(
  type: GraphQLOutputType,
  selections: readonly SelectionSetNode[],
  parts: WriterParts,
): Write {
  if (isNonNullType(type)) {
    const inner = compilePresent(type.ofType, selections, parts);
    return (value, context) => {
      if (value === null || value === undefined) throw new GraphQLError(`a value of type ${String(type)} is missing`);
      return inner(value, context);
    };
  }
  const present = compilePresent(type, selections, parts);
  return (value, context) => (value === null || value === undefined ? 'null' : present(value, context));
}

function compilePresent(type: GraphQLOutputType, selections: readonly SelectionSetNode[], parts: WriterParts): Write {
  if (isListType(type)) return listWriter(compileWriter(type.ofType, selections, parts));
  if (isObjectType(type)) return compileObject(type, selections, parts);
  if (isEnumType(type)) return value => `"${String(value)}"`;
  if (type.name === 'Int') return writeInt;
  if (type.name === 'Boolean') return String;
  return value => quoted(String(value));
}

function listWriter(item: Write): Write {
  return (value, context) => {
    let text = '';
    for (const element of value as Iterable<unknown>)
      text += text === '' ? item(element, context) : `,${item(element, context)}`;
    return `[${text}]`;
  };
}

/** What has to be escaped in JSON: control characters, quotes, backslashes and halves of surrogate pairs. */
// eslint-disable-next-line no-control-regex -- they are what it looks for
const escaped = /[\u0000-\u001f"\\\ud800-\udfff]/;

function quoted(text: string): string {
  return escaped.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** A whole number of 64 bits, as clients read it; one that is none would make them refuse the whole answer. */
function writeInt(value: unknown): string {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return String(number);
  return String(number > 0 ? Number.MAX_SAFE_INTEGER : number < 0 ? Number.MIN_SAFE_INTEGER : 0);
}

interface FieldWriter {
  readonly name: string;
  readonly write: Write;
}

function compileObject(type: GraphQLObjectType, selections: readonly SelectionSetNode[], parts: WriterParts): Write {
  const fields = selectFields(selections, parts).map((field, index) => compileField(type, field, { parts, index }));
  const cached = parts.cached[type.name];
  if (cached !== undefined) return cachedObject(fields, cached);
  const writers = fields.map(({ write }) => write);
  const isSchema = type.name.startsWith('__');
  return (source, context) => {
    if (isSchema) countIntrospection(fields.length, context);
    return `{${concatenated(writers, source, context)}}`;
  };
}

/** `{ types { fields { type { fields …` grows with the schema to the power of its depth. */
function countIntrospection(fields: number, { introspection }: AnswerContext): void {
  introspection.left -= fields;
  if (introspection.left < 0) throw new InputError('the schema is asked for too often at once');
}

/**
 * Neighbouring fields that come from one object are written once an answer; between them stand those that do not. An
 * object of which all fields are shared is one text, made once.
 */
function cachedObject(fields: readonly FieldWriter[], { key, except }: CachedType): Write {
  const keyOf = key as (source: unknown, context: AnswerContext) => object;
  /** One more than there are fields between them. */
  const shared: Write[][] = [[() => '{']];
  const between: Write[] = [];
  for (const { name, write } of fields) {
    if (!except.has(name)) shared.at(-1)?.push(write);
    else {
      between.push(write);
      shared.push([]);
    }
  }
  shared.at(-1)?.push(() => '}');
  return (source, context) => {
    const object = keyOf(source, context);
    const fragments =
      context.cachedFragments.get(shared, object) ??
      context.cachedFragments.set(
        shared,
        object,
        shared.map(writers => concatenated(writers, source, context)),
      );
    let text = fragments[0] ?? '';
    for (let index = 0; index < between.length; index++) {
      text += between[index]?.(source, context) ?? '';
      text += fragments[index + 1] ?? '';
    }
    return text;
  };
}

function concatenated(writers: readonly Write[], source: unknown, context: AnswerContext): string {
  let text = '';
  for (const write of writers) text += write(source, context);
  return text;
}

interface Place {
  readonly parts: WriterParts;
  /** The place of the field in its selection. */
  readonly index: number;
}

/** The writer of a field with its name, and with a comma unless it is the first. */
function compileField(
  type: GraphQLObjectType,
  { node, responseName, selections }: SelectedField,
  { parts, index }: Place,
): FieldWriter {
  const name = node.name.value;
  const prefix = `${index === 0 ? '' : ','}${JSON.stringify(responseName)}:`;
  if (name === '__typename') {
    const text = prefix + JSON.stringify(type.name);
    return { name, write: () => text };
  }
  const field = type.getFields()[name];
  if (field === undefined) throw new Error(`${type.name} has no field ${name}`);
  const write = compileWriter(field.type, selections, parts);
  const read = type.name.startsWith('__')
    ? readSchema(field, compileArguments(field, node), parts.schema)
    : (parts.fields[type.name]?.[name] as ((source: unknown, context: AnswerContext) => unknown) | undefined);
  if (read !== undefined) return { name, write: (source, context) => prefix + write(read(source, context), context) };
  return { name, write: (source, context) => prefix + write((source as Variables)[name], context) };
}

/** A field of the schema's own description: graphql-js says what it is. */
export function readSchema(
  { name, resolve }: GraphQLField<unknown, unknown>,
  args: (variables: Variables) => Variables,
  schema: GraphQLSchema,
): (source: unknown, context: AnswerContext) => unknown {
  // Resolvers of introspection look at nothing but the schema.
  const info = { schema } as GraphQLResolveInfo;
  return (source, { variables }) =>
    resolve === undefined ? (source as Variables)[name] : resolve(source, args(variables), undefined, info);
}
