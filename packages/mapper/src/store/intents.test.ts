import { internLabels, internWorkload, type Workload } from '@network-mapper/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { IntentEdge, IntentSeen } from './intent-edge.ts';
import { Intents } from './intents.ts';

const names = ['a', 'b', 'c'];
function workload(name: string): Workload {
  const labels = internLabels({ app: name });
  return internWorkload({
    name,
    namespace: 'shop',
    labels,
    nameResolvedUsingAnnotation: false,
    podOwnerKind: null,
    kubernetesService: null,
  });
}

/** Sightings as they come from agents and watchers, certain or guessed. */
const sightings: fc.Arbitrary<readonly IntentSeen[]> = fc
  .array(
    fc.record({
      client: fc.constantFrom(...names),
      server: fc.constantFrom(...names),
      type: fc.constantFrom(null, 'HTTP', 'KAFKA'),
      at: fc.integer({ min: 1_000, max: 2_000 }),
      port: fc.constantFrom(null, 80, 443),
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
      clientFound: null,
      serverFound: null,
      type,
      how: 'test',
      firstAt: rest.at,
      count: 1,
      protocol: 'TCP',
      clientPorts: [],
      candidates: guess && type === null ? ['shop/a', 'shop/b'] : [],
      ...(type === 'KAFKA' ? { topic: { name: topic, operation } } : {}),
      ...(type === 'HTTP' ? { resource: { path: `/${topic}`, methods: [operation] } } : {}),
    })),
  );

/** What an edge says, but for what the API says the first report decides. */
function said(edges: Iterable<readonly IntentEdge[]>): readonly object[] {
  return [...edges]
    .flat()
    .map(({ client, server, type, firstSeen, lastSeen, evidence, ports, protocols, topics, resources, certain }) => ({
      pair: `${client.key} ${server.key} ${type ?? ''}`,
      firstSeen,
      lastSeen,
      evidence,
      ports,
      protocols,
      certain,
      topics: [...(topics ?? [])].map(([name, operations]) => [name, [...operations].sort()]).sort(),
      resources: [...(resources ?? [])].map(([path, methods]) => [path, [...methods].sort()]).sort(),
    }));
}

function stored(list: readonly IntentSeen[]): Intents {
  const intents = new Intents();
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

test('no sighting is lost, whichever guesses are withdrawn', () => {
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
