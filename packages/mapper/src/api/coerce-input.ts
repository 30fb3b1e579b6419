import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import { withPathStep, InputError } from './input-error.ts';
import { parseTime } from '../time.ts';

/**
 * Checks a value of JSON against an input type and returns it in the type's own form (a `Time` is milliseconds since
 * the epoch). Objects and lists are changed in place: they belong to the request. Throws InputError.
 */
export type Coerce = (value: unknown) => unknown;

/** Compiled once per type: reports have hundreds of thousands of values a second. */
const compiled = new WeakMap<GraphQLInputType, Coerce>();

export function coercer(type: GraphQLInputType): Coerce {
  let coerce = compiled.get(type);
  if (coerce === undefined) {
    coerce = compile(type);
    compiled.set(type, coerce);
  }
  return coerce;
}

function compile(type: GraphQLInputType): Coerce {
  if (isNonNullType(type)) {
    const inner = coercer(getNullableType(type));
    return value => {
      if (value === null) throw new InputError('cannot be null');
      if (value === undefined) throw new InputError('must be defined');
      return inner(value);
    };
  }
  const present = compilePresent(type);
  return value => (value === null || value === undefined ? value : present(value));
}

function compilePresent(type: GraphQLInputType): Coerce {
  if (isListType(type)) return listCoercer(coercer(type.ofType));
  if (isInputObjectType(type)) return objectCoercer(type);
  if (isEnumType(type)) return enumCoercer(type);
  const scalar = scalars.get(String(type));
  if (scalar === undefined) throw new Error(`no coercion for the type ${String(type)}`);
  return scalar;
}

/** A single value is taken for a list of it. */
function listCoercer(item: Coerce): Coerce {
  return value => {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    for (let index = 0; index < list.length; index++) {
      try {
        const before = list[index];
        const after = item(before);
        if (after !== before) list[index] = after;
      } catch (error) {
        throw withPathStep(error, index);
      }
    }
    return list;
  };
}

function objectCoercer(type: GraphQLInputObjectType): Coerce {
  // Fields are looked up late: input types may refer to each other.
  let fields: ReadonlyMap<string, Coerce> | undefined;
  let required: readonly string[] = [];
  return value => {
    if (fields === undefined) {
      const all = Object.values(type.getFields());
      fields = new Map(all.map(field => [field.name, coercer(field.type)]));
      required = all
        .filter(field => isNonNullType(field.type) && field.defaultValue === undefined)
        .map(field => field.name);
    }
    if (!isObject(value)) throw new InputError(`cannot use ${kindOf(value)} as ${type.name}`);
    for (const name in value) {
      try {
        const coerce = fields.get(name);
        if (coerce === undefined) throw new InputError('unknown field');
        const before = value[name];
        const after = coerce(before);
        if (after !== before) value[name] = after;
      } catch (error) {
        throw withPathStep(error, name);
      }
    }
    for (const name of required)
      if (value[name] === undefined) throw withPathStep(new InputError('must be defined'), name);
    return value;
  };
}

function enumCoercer(type: GraphQLEnumType): Coerce {
  const names = new Set(type.getValues().map(({ name }) => name));
  return value => {
    if (typeof value === 'string' && names.has(value)) return value;
    const known = typeof value === 'string' && names.has(value.toUpperCase());
    throw new InputError(`${String(value)} is not a valid ${type.name}`, { phase: known ? 'execution' : 'validation' });
  };
}

const scalars: ReadonlyMap<string, Coerce> = new Map<string, Coerce>([
  [
    'String',
    value => {
      if (typeof value === 'string') return value;
      if (typeof value === 'number') return String(value);
      throw new InputError(`cannot use ${kindOf(value)} as String`);
    },
  ],
  [
    'Int',
    value => {
      if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
      if (typeof value === 'string' && /^[+-]?\d{1,15}$/.test(value)) return Number(value);
      throw new InputError(`cannot use ${kindOf(value)} as Int`);
    },
  ],
  [
    'Boolean',
    value => {
      if (typeof value === 'boolean') return value;
      throw new InputError(`cannot use ${kindOf(value)} as Boolean`);
    },
  ],
  [
    'Time',
    value => {
      if (typeof value !== 'string')
        throw new InputError('time should be RFC3339Nano formatted string', { phase: 'execution' });
      const time = parseTime(value);
      if (!Number.isNaN(time)) return time;
      throw new InputError(`${JSON.stringify(value.slice(0, 100))} is not a time in RFC 3339 with a zone`, {
        phase: 'execution',
      });
    },
  ],
]);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The kind of a value in the words of the original's messages. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  return typeof value === 'object' ? 'map' : typeof value;
}
