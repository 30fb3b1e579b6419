import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EdgeStore, type Edge, type EdgeKind } from './edge-store.ts';

interface Call {
  readonly client: string;
  readonly server: string;
}

interface CallEdge extends Edge {
  readonly server: string;
}

function calls(limit?: number): EdgeKind<CallEdge, Call> {
  return {
    owner: ({ client }) => ({ namespace: 'shop', name: client }),
    key: ({ server }) => server,
    create: ({ server }) => ({ server, firstSeen: 0, lastSeen: 0, count: 1 }),
    merge: edge => {
      edge.count++;
    },
    ...(limit === undefined ? {} : { limit }),
  };
}

function counts(store: EdgeStore<CallEdge, Call>): readonly (readonly [string, number])[] {
  return [...store.byOwner()].flat().map(({ server, count }) => [server, count]);
}

test('an edge that was given up begins anew, though reports tell of it in the order that they always had', () => {
  const store = new EdgeStore(calls(2));
  const tell = (servers: string): void => {
    for (const server of servers) store.add({ client: 'cart', server });
  };
  tell('ababab');
  expect(counts(store)).toEqual([
    ['a', 3],
    ['b', 3],
  ]);
  tell('cba');
  expect(counts(store)).toEqual([
    ['a', 1],
    ['c', 1],
  ]);
  expect([store.size, store.forgotten]).toEqual([2, 2]);
});

const change = fc.record({
  client: fc.constantFrom('cart', 'shop'),
  server: fc.constantFrom('a', 'b', 'c', 'd'),
  remove: fc.integer({ min: 0, max: 9 }).map(chance => chance === 0),
});

test('in whatever order calls come and edges go, each call is counted on its edge', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200, size: 'max' }), changes => {
      const store = new EdgeStore(calls());
      const expected = new Map<string, number>();
      for (const { client, server, remove } of changes) {
        const key = `${client} ${server}`;
        if (remove) store.remove({ namespace: 'shop', name: client }, server);
        else store.add({ client, server });
        if (remove) expected.delete(key);
        else expected.set(key, (expected.get(key) ?? 0) + 1);
      }
      expect(counts(store)).toEqual([...expected].sort().map(([key, count]) => [key.slice(5), count]));
      expect(store.size).toBe(expected.size);
    }),
  );
});
