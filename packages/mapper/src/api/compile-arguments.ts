import {
  getNullableType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  valueFromASTUntyped,
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
  type ValueNode,
} from 'graphql';
import { coercer } from './coerce-input.ts';
import { InputError, withPathStep } from './input-error.ts';
import type { Variables } from './select-fields.ts';

type Value = (variables: Variables) => unknown;

/** The arguments of a field in their types' own forms; variables were coerced when they came. Throws InputError. */
export function compileArguments(
  field: Pick<GraphQLField<unknown, unknown>, 'name' | 'args'>,
  node: FieldNode,
): (variables: Variables) => Variables {
  const given = new Map((node.arguments ?? []).map(argument => [argument.name.value, argument.value]));
  const all = field.args.map(({ name, type, defaultValue }) => {
    const literal = given.get(name);
    return { name, defaultValue, read: literal === undefined ? undefined : compileValue(literal, type) };
  });
  return variables => {
    const values: Record<string, unknown> = {};
    for (const { name, defaultValue, read } of all) {
      try {
        const value = read?.(variables);
        if (value !== undefined) values[name] = value;
        else if (defaultValue !== undefined) values[name] = defaultValue;
      } catch (error) {
        throw withPathStep(withPathStep(error, name), field.name);
      }
    }
    return values;
  };
}

/** Undefined when it is a variable that was not given. */
function compileValue(node: ValueNode, type: GraphQLInputType): Value {
  if (node.kind === Kind.VARIABLE) return required(variables => variables[node.name.value], type);
  const nullable = getNullableType(type);
  if (!hasVariable(node)) {
    const coerce = coercer(type);
    // Coerced anew each time: what was reported belongs to whom it is given to.
    return () => coerce(valueFromASTUntyped(node));
  }
  if (isListType(nullable)) {
    const items = (node.kind === Kind.LIST ? node.values : [node]).map(item => compileValue(item, nullable.ofType));
    return variables => items.map(item => item(variables) ?? null);
  }
  if (!isInputObjectType(nullable) || node.kind !== Kind.OBJECT) throw new InputError('a variable in an odd place');
  const types = nullable.getFields();
  const given = new Map(node.fields.map(({ name, value }) => [name.value, value]));
  const fields = Object.values(types).flatMap(({ name, type: fieldType }) => {
    const value = given.get(name);
    return value === undefined ? [] : [{ name, read: compileValue(value, fieldType) }];
  });
  return variables => {
    const object: Record<string, unknown> = {};
    for (const { name, read } of fields) {
      const value = read(variables);
      if (value !== undefined) object[name] = value;
    }
    return object;
  };
}

function required(read: Value, type: GraphQLInputType): Value {
  if (!isNonNullType(type)) return read;
  return variables => {
    const value = read(variables);
    if (value === undefined || value === null) throw new InputError('must be defined');
    return value;
  };
}

function hasVariable(node: ValueNode): boolean {
  if (node.kind === Kind.VARIABLE) return true;
  if (node.kind === Kind.LIST) return node.values.some(hasVariable);
  return node.kind === Kind.OBJECT && node.fields.some(({ value }) => hasVariable(value));
}
