import fc from 'fast-check';
import {
  execute,
  getNullableType,
  GraphQLError,
  GraphQLInt,
  GraphQLScalarType,
  isEnumType,
  isListType,
  isObjectType,
  Kind,
  parse,
  validate,
  type GraphQLOutputType,
} from 'graphql';
import { expect, test } from 'vitest';
import type { Access } from '../src/auth/access.ts';
import { Operation, type RootField } from '../src/api/operation.ts';
import { createSchema } from '../src/api/schema.ts';
import { parseTime } from '../src/time.ts';
import { randomRequest } from './random-documents.ts';

const schema = createSchema();
// What our coercers make of times and of whole numbers of 64 bits, for graphql-js.
GraphQLInt.parseValue = Number;
const time = schema.getType('Time');
if (time instanceof GraphQLScalarType) {
  time.parseValue = value => parseTime(String(value));
  time.parseLiteral = node => parseTime(node.kind === Kind.STRING ? node.value : '');
}

/** A value of a type with lists of different lengths and, here and there, nulls. */
function sample(type: GraphQLOutputType, seed: number): unknown {
  const nullable = getNullableType(type);
  if (nullable === type && seed % 5 === 3) return null;
  if (isListType(nullable))
    return Array.from({ length: seed % 4 }, (_, index) => sample(nullable.ofType, seed + 7 * index + 1));
  if (isObjectType(nullable)) {
    return Object.fromEntries(
      Object.values(nullable.getFields()).map((field, index) => [field.name, sample(field.type, seed + index + 1)]),
    );
  }
  if (isEnumType(nullable)) return nullable.getValues()[seed % nullable.getValues().length]?.name;
  if (nullable.name === 'Int') return seed * 1_000_000_007;
  return nullable.name === 'Boolean' ? seed % 2 === 0 : `text ${seed} "é\u2028\\`;
}

/** Both sides answer with the same data, and write down which arguments they were given. */
function both(): {
  readonly ours: Record<string, RootField>;
  readonly theirs: Record<string, unknown>;
  readonly calls: { readonly ours: unknown[]; readonly theirs: unknown[] };
} {
  const calls: { readonly ours: unknown[]; readonly theirs: unknown[] } = { ours: [], theirs: [] };
  const ours: Record<string, RootField> = {};
  const theirs: Record<string, unknown> = {};
  for (const root of [schema.getQueryType(), schema.getMutationType()]) {
    for (const [index, field] of Object.values(root?.getFields() ?? {}).entries()) {
      const value = sample(field.type, 11 * index + 2);
      theirs[field.name] = (args: unknown) => {
        calls.theirs.push([field.name, JSON.parse(JSON.stringify(args))]);
        return value;
      };
      ours[field.name] = {
        resolve: args => {
          calls.ours.push([field.name, JSON.parse(JSON.stringify(args))]);
          // Lists come some elements at a time.
          return Array.isArray(value) ? [value.slice(0, 1), [], value.slice(1)] : value;
        },
      };
    }
  }
  return { ours, theirs, calls };
}

const everything: Access = { edges: 'all', unmapped: 'all', sender: { name: '', node: undefined } };

async function oursOf(
  query: string,
  variables: Readonly<Record<string, unknown>>,
  roots: Record<string, RootField>,
): Promise<unknown> {
  const parts = { schema, queries: roots, mutations: roots, fields: {}, cached: {} };
  const operation = new Operation(parse(query), undefined, parts);
  let text = '';
  for await (const piece of operation.run(operation.variables(structuredClone(variables)), everything)) text += piece;
  return JSON.parse(text);
}

test('valid documents get the same answers, by the same arguments, as from graphql-js', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.gen(), async g => {
      const { query, variables } = randomRequest(g, schema);
      const document = parse(query);
      fc.pre(validate(schema, document).length === 0);
      const { ours, theirs, calls } = both();
      const reference = await execute({ schema, document, rootValue: theirs, variableValues: variables });
      if (reference.errors !== undefined) throw reference.errors[0] ?? new GraphQLError('failed');
      expect(await oursOf(query, variables, ours)).toEqual(JSON.parse(JSON.stringify(reference.data)));
      expect(calls.ours).toEqual(calls.theirs);
      compared++;
    }),
    { numRuns: 1_000, maxSkipsPerRun: 20 },
  );
  expect(compared).toBeGreaterThan(900);
});
