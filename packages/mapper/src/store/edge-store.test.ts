import { namedWorkload, type ExternalEdge } from '@network-mapper/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChangeLog } from './change-log.ts';
import { MapBudget } from './details.ts';
import { EdgeStore, type EdgeKind } from './edge-store.ts';
import { externalEdges, type ExternalSighting } from './outside.ts';
import { createTrafficMap } from './traffic-map.ts';

type Store = EdgeStore<ExternalEdge, ExternalSighting>;

function lookup(client: string, dnsName: string, at = 0): ExternalSighting {
  const workload = namedWorkload({ namespace: 'shop', name: client });
  return { client: workload, dnsName, address: '192.0.2.1', at, firstAt: at, count: 1 };
}

function storeWith(kind: Partial<EdgeKind<ExternalEdge, ExternalSighting>> = {}): { store: Store; log: ChangeLog } {
  const log = new ChangeLog();
  return { store: new EdgeStore({ ...externalEdges, ...kind }, { log, budget: new MapBudget(Infinity) }), log };
}

function counts(store: Store): readonly (readonly [string, number])[] {
  return [...store.byOwner()].flat().map(({ dnsName, count }) => [dnsName, count]);
}

test('an edge that left for want of room begins anew', () => {
  const { store } = storeWith({ limit: 2 });
  for (const name of 'ababab') store.add(lookup('cart', name));
  expect(counts(store)).toEqual([
    ['a', 3],
    ['b', 3],
  ]);
  for (const name of 'cba') store.add(lookup('cart', name));
  expect(counts(store)).toEqual([
    ['a', 1],
    ['c', 1],
  ]);
  expect([store.size, store.evicted]).toEqual([2, 2]);
});

const change = fc.record({
  client: fc.constantFrom('cart', 'shop'),
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  remove: fc.integer({ min: 0, max: 9 }).map(chance => chance === 0),
});

test('in whatever order calls come and edges go, each call is counted on its edge', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200, size: 'max' }), changes => {
      const { store } = storeWith();
      const expected = new Map<string, number>();
      for (const { client, name, remove } of changes) {
        const key = `${client} ${name}`;
        const edge = store.get({ namespace: 'shop', name: client }, name);
        if (remove && edge !== undefined) store.remove(edge);
        if (remove) expected.delete(key);
        else expected.set(key, (expected.get(key) ?? 0) + 1);
        if (!remove) store.add(lookup(client, name));
      }
      expect(counts(store)).toEqual([...expected].sort().map(([key, count]) => [key.slice(5), count]));
      expect(store.size).toBe(expected.size);
    }),
  );
});

/** What a reader knows who applies changes as they come. */
class Reader {
  readonly known = new Map<string, number>();
  cursor = 0;

  read(log: ChangeLog, limit: number): void {
    const { changes, cursor, restarted } = log.changesSince(this.cursor, { limit });
    if (restarted) this.known.clear();
    for (const edge of changes) {
      if (edge.kind !== 'external') continue;
      const key = `${edge.client.name} ${edge.dnsName}`;
      if (edge.gone) this.known.delete(key);
      else this.known.set(key, edge.count);
    }
    this.cursor = cursor;
  }
}

test('readers that come when they like, a few changes at a time, end with what is on the map', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: change.map(each => ({ kind: 'change' as const, ...each })) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('read' as const),
        reader: fc.nat(1),
        limit: fc.integer({ min: 1, max: 4 }),
      }),
    },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), steps => {
      const { store, log } = storeWith();
      const readers = [new Reader(), new Reader()];
      for (const each of steps) {
        if (each.kind === 'read') readers[each.reader]?.read(log, each.limit);
        else if (!each.remove) store.add(lookup(each.client, each.name));
        else {
          const edge = store.get({ namespace: 'shop', name: each.client }, each.name);
          if (edge !== undefined) store.remove(edge);
        }
      }
      const map = Object.fromEntries([...store.all()].map(edge => [`${edge.client.name} ${edge.dnsName}`, edge.count]));
      for (const reader of readers) {
        while (log.changesSince(reader.cursor, { limit: 1 }).changes.length > 0) reader.read(log, 3);
        expect(Object.fromEntries(reader.known)).toEqual(map);
      }
    }),
    { numRuns: 300 },
  );
});

test('an edge that changes all the time does not make the log grow', () => {
  const { store, log } = storeWith();
  let cursor = 0;
  for (let at = 0; at < 100_000; at++) {
    store.add(lookup('cart', 'a', at));
    const { changes, cursor: next } = log.changesSince(cursor, { limit: 10 });
    expect(changes).toHaveLength(1);
    cursor = next;
  }
  expect(log.changesSince(0, { limit: Infinity }).changes).toHaveLength(1);
});

test('a reader that was away while more edges left than are remembered starts with an empty map', () => {
  const { store, log } = storeWith({ limit: 10 });
  store.add(lookup('cart', 'first'));
  const { cursor } = log.changesSince(0, { limit: 1 });
  for (let at = 0; at < 50_000; at++) store.add(lookup('cart', `name-${at}`));
  const next = log.changesSince(cursor, { limit: 1 });
  expect(next.restarted).toBe(true);
});

test('what was not seen for the time that edges are held leaves the map', () => {
  const { store } = storeWith();
  store.add(lookup('cart', 'old', 1_000));
  store.add(lookup('cart', 'new', 2_000));
  expect(store.expire(1_500)).toBe(1);
  expect(counts(store)).toEqual([['new', 1]]);
});

test('whoever floods a full map pushes out its own edges, not those of others', () => {
  const map = createTrafficMap({ dnsCacheCapacity: 1, mostBytes: 1_000_000, now: Date.now });
  map.external.add(lookup('quiet', 'db.example.com', 1));
  for (let at = 2; at < 20_000; at++) {
    map.external.add(lookup('flood', `name-${at}`, at));
    if (at % 100 === 0) map.makeRoom();
  }
  expect(map.external.get({ namespace: 'shop', name: 'quiet' }, 'db.example.com')).toBeDefined();
  expect(map.budget.used).toBeLessThan(1_100_000);
  expect(map.external.evicted).toBeGreaterThan(10_000);
});

test('the estimate of what a map takes is back at nothing when all edges have left', () => {
  const map = createTrafficMap({ dnsCacheCapacity: 1, mostBytes: 1_000_000, now: Date.now });
  for (const name of 'abc') map.external.add(lookup('cart', name));
  const client = { namespace: 'shop', name: 'cart' };
  map.cloud.add({
    client,
    provider: 'AWS',
    resource: 'r',
    actions: ['s3:GetObject'],
    dataActions: [],
    podIdentity: false,
    iamRole: '',
    at: 1,
  });
  map.expire(Infinity);
  expect(map.budget.used).toBe(0);
});
