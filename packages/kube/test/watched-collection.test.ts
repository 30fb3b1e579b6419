import { createKubernetesApi, pod, node, ofSize, statuses, type KubernetesApi } from '@network-mapper/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  connectKube,
  WatchedCollection,
  type CollectionState,
  type KubeConnection,
  type Resource,
} from '../src/index.ts';
import { runUntilTestEnds } from './until-test-ends.ts';

const pods: Resource = { group: '', version: 'v1', plural: 'pods', namespaced: true };
const nodes: Resource = { group: '', version: 'v1', plural: 'nodes', namespaced: false };

let api: KubernetesApi;
let connection: KubeConnection;

beforeEach(async () => {
  api = await createKubernetesApi();
  connection = await connectKube({ kubeconfig: api.kubeconfig() });
});

afterEach(async () => {
  connection.close();
  await api.down();
});

interface Started {
  readonly collection: WatchedCollection<string>;
  /** `+key`, `~key`, `-key` for what was added, changed, removed. */
  readonly changes: string[];
  readonly states: CollectionState[];
}

/** A collection of the pods' labels `v`, running until the test ends. */
function start(
  options: { readonly resource?: Resource; readonly pageSize?: number; readonly metadataOnly?: boolean } = {},
): Started {
  const changes: string[] = [];
  const states: CollectionState[] = [];
  const collection = new WatchedCollection<string>({
    connection,
    resource: pods,
    ...options,
    reduce: ({ metadata, spec }) => `${metadata.labels?.v ?? '-'}${spec === undefined ? '' : ' with spec'}`,
    changed: (key, before, after) =>
      changes.push(`${before === undefined ? '+' : after === undefined ? '-' : '~'}${key}`),
    stateChanged: state => states.push(state),
  });
  runUntilTestEnds(collection);
  return { collection, changes, states };
}

const labelled = (name: string, v: string) => pod({ name, namespace: 'shop', labels: { v } });

/** The watch is open: what is put from now on comes as an event. */
const watching = () => vi.waitUntil(() => api.openWatches({ plural: 'pods' }) === 1, 60_000);
const lists = () => api.requests.filter(({ url }) => url.includes('/pods?') && !url.includes('watch=')).length;

test('the cluster as it is comes page by page, then as it changes', async () => {
  for (let i = 0; i < 25; i++) api.put(labelled(`p${i}`, '1'));
  const { collection, changes } = start({ pageSize: 10 });
  await collection.whenSynced();
  expect(collection.size).toBe(25);
  expect(lists()).toBe(3);

  await watching();
  changes.length = 0;
  api.put(labelled('p3', '2'), labelled('new', '1'));
  api.remove(labelled('p4', '1'));
  await vi.waitUntil(() => changes.length === 3, 60_000);
  expect(changes).toEqual(['~shop/p3', '+shop/new', '-shop/p4']);
  expect(collection.get('shop/p3')).toBe('2 with spec');
  expect([...collection.values()]).toHaveLength(25);
});

test('objects of the whole cluster are kept under their name alone', async () => {
  api.put(node({ name: 'n1', ips: ['10.0.0.1'] }));
  const { collection } = start({ resource: nodes });
  await collection.whenSynced();
  expect(collection.get('/n1')).toBeDefined();
});

test('where metadata is enough, nothing else is sent', async () => {
  api.put(ofSize(labelled('p', '1'), 10_000));
  const { collection } = start({ metadataOnly: true });
  await collection.whenSynced();
  await watching();
  api.put(labelled('q', '1'));
  await vi.waitUntil(() => collection.size === 2, 60_000);
  expect([...collection.values()]).toEqual(['1', '1']);
});

test('a watch that the server ends goes on where it was, without a new list', async () => {
  api.put(labelled('p', '1'));
  const { collection } = start();
  await collection.whenSynced();
  for (const v of ['2', '3', '4']) {
    await watching();
    api.disconnect();
    api.put(labelled('p', v));
    await vi.waitUntil(() => collection.get('shop/p') === `${v} with spec`, 60_000);
  }
  expect(lists()).toBe(1);
});

test('a bookmark spares a new list when the past is forgotten', async () => {
  api.put(labelled('p', '1'));
  const { collection } = start();
  await watching();
  api.put(node({ name: 'n1', ips: [] }), node({ name: 'n2', ips: [] }));
  api.bookmark();
  api.put(labelled('p', '2'));
  await vi.waitUntil(() => collection.get('shop/p') === '2 with spec', 60_000);
  expect(lists()).toBe(1);
});

test('when the past is gone a new list shows what vanished meanwhile', async () => {
  api.put(labelled('stays', '1'), labelled('goes', '1'));
  const { collection, changes, states } = start();
  await watching();
  await api.down();
  await vi.waitUntil(() => collection.state.kind === 'failing', 60_000);
  api.remove(labelled('goes', '1'));
  api.put(labelled('comes', '1'));
  api.forgetHistory();
  changes.length = 0;
  await api.up();
  await vi.waitUntil(() => collection.get('shop/goes') === undefined, 60_000);
  expect(changes).toEqual(expect.arrayContaining(['+shop/comes', '-shop/goes']));
  expect(collection.size).toBe(2);
  expect(states.map(({ kind }) => kind)).toEqual(['synced', 'failing', 'synced']);
});

test('while the API server is away the collection keeps what it knew and says since when', async () => {
  api.put(labelled('p', '1'));
  const { collection, states } = start();
  await watching();
  const before = Date.now();
  await api.down();
  await vi.waitUntil(() => collection.state.kind === 'failing', 60_000);
  const state = collection.state;
  expect(state).toMatchObject({ reason: 'unreachable', problem: expect.stringContaining('pods') as string });
  expect(state.kind === 'failing' && state.lastSynced).toBeGreaterThanOrEqual(before);
  expect(collection.get('shop/p')).toBe('1 with spec');
  await api.up();
  await vi.waitUntil(() => collection.state.kind === 'synced', 60_000);
  expect(states.at(0)?.kind).toBe('synced');
});

test.each(['list', 'watch'] as const)('a %s that is never answered is asked for again', async verb => {
  connection.close();
  connection = await connectKube({ kubeconfig: api.kubeconfig(), requestTimeout: 100 });
  api.put(labelled('p', '1'));
  const heal = api.inject({ plural: 'pods', verb }, { kind: 'hang' });
  const { collection } = start();
  await vi.waitUntil(() => collection.state.kind === 'failing', 60_000);
  expect(collection.state).toMatchObject({ reason: 'timed-out' });
  heal();
  await vi.waitUntil(() => collection.state.kind === 'synced', 60_000);
  await watching();
});

test('a missing right is named, and the list comes as soon as it is given', async () => {
  api.put(labelled('p', '1'));
  const allow = api.refuse({ plural: 'pods' }, statuses.forbidden);
  const { collection } = start();
  await vi.waitUntil(() => collection.state.kind === 'failing', 60_000);
  expect(collection.state).toMatchObject({ reason: 'forbidden', lastSynced: undefined });
  allow();
  await collection.whenSynced();
  expect(collection.size).toBe(1);
});

test('when its signal aborts, a collection closes its watch', async () => {
  const stop = new AbortController();
  const collection = new WatchedCollection({ connection, resource: pods, reduce: () => true });
  const running = collection.run(stop.signal);
  await watching();
  stop.abort();
  await running;
  await vi.waitUntil(() => api.openWatches() === 0, 60_000);
});
