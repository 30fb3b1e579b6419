import { schemaText } from '@network-mapper/api';
import { buildSchema, GraphQLInt, Kind, type GraphQLSchema } from 'graphql';

/** The largest whole number that JSON and JavaScript carry exactly; the original's `Int` is of 64 bits. */
const largest = Number.MAX_SAFE_INTEGER;

/** The schema of the API, with `Int` of 64 bits instead of 32: counts of bytes rely on it. */
export function createSchema(): GraphQLSchema {
  // graphql-js shares one Int between all schemas and offers no other place to widen it.
  GraphQLInt.parseLiteral = node => {
    const value = node.kind === Kind.INT ? Number(node.value) : NaN;
    if (Math.abs(value) <= largest) return value;
    throw new TypeError('cannot use this value as Int');
  };
  GraphQLInt.serialize = value => Number(value);
  // One that is not valid is refused where its types are generated (scripts/generate).
  return buildSchema(schemaText, { assumeValid: true, noLocation: true });
}
