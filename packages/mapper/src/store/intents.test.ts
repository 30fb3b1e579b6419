import type { Endpoint, IntentEdge, Workload } from '@network-mapper/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Interner } from '../interner.ts';
import { ChangeLog } from './change-log.ts';
import { MapBudget } from './details.ts';
import { fromRow, toRow } from './edge-row.ts';
import { Intents, type IntentSighting } from './intents.ts';

const interner = new Interner();

const names = ['a', 'b', 'c'];
function workload(name: string): Workload {
  const labels = interner.labels({ app: name });
  return interner.workload({
    name,
    namespace: 'shop',
    labels,
    nameResolvedUsingAnnotation: false,
    podOwnerKind: null,
    kubernetesService: null,
  });
}

/** Sightings as they come from agents and watchers, certain or guessed. */
const sightings: fc.Arbitrary<readonly IntentSighting[]> = fc
  .array(
    fc.record({
      client: fc.constantFrom(...names),
      server: fc.constantFrom(...names),
      type: fc.constantFrom(null, 'HTTP', 'KAFKA'),
      at: fc.integer({ min: 1_000, max: 2_000 }),
      endpoint: fc.constantFrom<Endpoint | undefined>(
        undefined,
        { port: 80, targetPort: 8080, protocol: 'TCP' },
        { port: 443, targetPort: null, protocol: 'TCP' },
      ),
      evidence: fc.constantFrom('DNS', 'TCP', 'SOCKET'),
      guess: fc.boolean(),
      topic: fc.constantFrom('orders', 'audit'),
      operation: fc.constantFrom('CONSUME', 'PRODUCE'),
    }),
    { maxLength: 30, size: 'max' },
  )
  .map(list =>
    list.map(({ client, server, type, guess, topic, operation, ...rest }) => ({
      ...rest,
      client: workload(client),
      server: workload(server),
      clientProvenance: () => null,
      serverProvenance: () => null,
      type,
      resolvedBy: 'test',
      firstAt: rest.at,
      count: 1,
      protocol: 'TCP',
      sourcePorts: [],
      candidates: guess && type === null ? ['shop/a', 'shop/b'] : [],
      ...(type === 'KAFKA' ? { topic: { name: topic, operation, denied: false } } : {}),
      ...(type === 'HTTP' ? { resource: { path: `/${topic}`, methods: [operation] } } : {}),
    })),
  );

/** What an edge says, but for what the API says the first report decides. */
function said(edges: Iterable<readonly IntentEdge[]>): readonly object[] {
  return [...edges]
    .flat()
    .map(
      ({ client, server, type, firstSeen, lastSeen, evidence, endpoints, protocols, topics, resources, certain }) => ({
        pair: `${client.key} ${server.key} ${type ?? ''}`,
        firstSeen,
        lastSeen,
        evidence,
        endpoints,
        protocols,
        certain,
        topics: [...(topics ?? [])].map(([name, operations]) => [name, [...operations].sort()]).sort(),
        resources: [...(resources ?? [])].map(([path, methods]) => [path, [...methods].sort()]).sort(),
      }),
    );
}

function stored(list: readonly IntentSighting[]): Intents {
  const intents = new Intents({ log: new ChangeLog(), budget: new MapBudget(Infinity) });
  for (const seen of list) intents.add(seen);
  return intents;
}

test('the order in which certain sightings come does not change the map', () => {
  fc.assert(
    fc.property(sightings, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (list, keys) => {
      const certain = list.filter(({ candidates }) => candidates.length === 0);
      const shuffled = certain
        .map(seen => ({ seen, key: keys.next().value as number }))
        .sort((a, b) => a.key - b.key)
        .map(({ seen }) => seen);
      expect(said(stored(shuffled).byOwner())).toEqual(said(stored(certain).byOwner()));
    }),
  );
});

test('a report that comes twice says nothing new', () => {
  fc.assert(
    fc.property(sightings, list => {
      const certain = list.filter(({ candidates }) => candidates.length === 0);
      expect(said(stored([...certain, ...certain]).byOwner())).toEqual(said(stored(certain).byOwner()));
    }),
  );
});

test('no sighting is lost, whichever guesses are retracted', () => {
  fc.assert(
    fc.property(sightings, list => {
      const counted = [...stored(list).byOwner()].flat().reduce((sum, { count }) => sum + count, 0);
      expect(counted).toBe(list.length);
    }),
    { numRuns: 1_000 },
  );
});

test('a guess is never on the map beside a certain call to one of its candidates', () => {
  fc.assert(
    fc.property(sightings, list => {
      for (const edges of stored(list).byOwner()) {
        const plain = edges.filter(({ type }) => type === null);
        const certain = plain.some(edge => edge.certain && ['shop/a', 'shop/b'].includes(edge.server.key));
        const guessed = plain.some(edge => !edge.certain);
        expect(certain && guessed).toBe(false);
      }
    }),
  );
});

test('the map is read in the order of client, server and type, while it grows', () => {
  fc.assert(
    fc.property(sightings, sightings, (before, meanwhile) => {
      const intents = stored(before);
      const read: string[] = [];
      for (const edges of intents.byOwner()) {
        for (const seen of meanwhile) intents.add(seen);
        for (const { client, server, type } of edges) read.push(`${client.key}\0${server.key}\0${type ?? ''}`);
      }
      expect(read).toEqual([...read].sort());
      expect(new Set(read).size).toBe(read.length);
      expect([...intents.byOwner()].flat()).toHaveLength(intents.size);
    }),
  );
});

test('an edge comes out of its row as it went into it', () => {
  fc.assert(
    fc.property(sightings, list => {
      for (const edge of [...stored(list).byOwner()].flat())
        expect(fromRow(JSON.parse(JSON.stringify(toRow(edge))) as ReturnType<typeof toRow>)).toEqual(edge);
    }),
  );
});
