import { GraphQLError } from 'graphql';

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export interface Page<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const usualLength = 1_000;
const greatestLength = 10_000;

/**
 * A page of items that come in the order of their keys. A cursor holds the key of the last item of a page, so a page
 * stays where it is when items before it come or go.
 */
export function toPage<T>(items: Iterable<T>, keyOf: (item: T) => string, { first, after }: PageArguments): Page<T> {
  const length = first ?? usualLength;
  if (length < 0 || length > greatestLength) throw new GraphQLError(`"first" must be from 0 to ${greatestLength}`);
  const start = typeof after === 'string' ? decodeCursor(after) : undefined;
  const nodes: T[] = [];
  let hasNextPage = false;
  for (const item of items) {
    if (start !== undefined && keyOf(item) <= start) continue;
    if (nodes.length === length) {
      hasNextPage = true;
      break;
    }
    nodes.push(item);
  }
  const last = nodes.at(-1);
  return {
    nodes,
    pageInfo: { hasNextPage, endCursor: last === undefined ? null : Buffer.from(keyOf(last)).toString('base64url') },
  };
}

function decodeCursor(text: string): string {
  if (!/^[\w-]+$/.test(text)) throw new GraphQLError('"after" is not a cursor of this API');
  return Buffer.from(text, 'base64url').toString();
}
