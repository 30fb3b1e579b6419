import {
  createKubernetesApi,
  cronJob,
  deployed,
  job,
  node,
  object,
  statuses,
  type KubernetesApi,
} from '@network-mapper/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectKube, OwnerReader, type KubeConnection } from '../src/index.ts';

let api: KubernetesApi;
let connection: KubeConnection;
let owners: OwnerReader;

beforeEach(async () => {
  api = await createKubernetesApi();
  connection = await connectKube({ kubeconfig: api.kubeconfig() });
  owners = new OwnerReader(connection);
});

afterEach(async () => {
  connection.close();
  await api.down();
});

const replicaSet = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-7d4b9c6f5' };
const reads = () => api.requests.filter(({ url }) => /\/(replicasets|jobs|cronjobs|nodes)\//.test(url));

test('an owner is found with the owners of its own', async () => {
  api.put(...deployed({ name: 'cart', namespace: 'shop', ips: ['10.0.0.1'] }));
  expect(await owners.read(replicaSet, 'shop')).toMatchObject({
    kind: 'found',
    apiVersion: 'apps/v1',
    ownerKind: 'ReplicaSet',
    name: 'cart-7d4b9c6f5',
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart' }],
  });
  expect(reads()[0]?.accept).toContain('PartialObjectMetadata');
});

test('an owner of the whole cluster is found from any namespace', async () => {
  api.put(node({ name: 'n1', ips: [] }));
  expect(await owners.read({ apiVersion: 'v1', kind: 'Node', name: 'n1' }, 'shop')).toMatchObject({
    kind: 'found',
    name: 'n1',
  });
});

test('a thousand questions about one owner are one request, and discovery is asked once', async () => {
  api.put(...deployed({ name: 'cart', namespace: 'shop', ips: [] }));
  await Promise.all(Array.from({ length: 1_000 }, () => owners.read(replicaSet, 'shop')));
  await owners.read(replicaSet, 'shop');
  await owners.read({ ...replicaSet, name: 'other' }, 'shop');
  expect(reads()).toHaveLength(2);
  expect(api.requests).toHaveLength(3);
});

test('an owner that is gone, may not be read, or is of no known kind is a value of its own', async () => {
  api.put(...deployed({ name: 'cart', namespace: 'shop', ips: [] }));
  expect(await owners.read({ ...replicaSet, name: 'gone' }, 'shop')).toEqual({ kind: 'not-found' });
  expect(await owners.read({ ...replicaSet, kind: 'BadKind' }, 'shop')).toEqual({ kind: 'unknown-kind' });
  expect(await owners.read({ ...replicaSet, apiVersion: 'wrong.api/v1beta1' }, 'shop')).toEqual({
    kind: 'unknown-kind',
  });
  api.refuse({ plural: 'replicasets' }, statuses.forbidden);
  expect(await owners.read(replicaSet, 'shop')).toEqual({ kind: 'forbidden' });
});

test('a failure is not remembered: the next question is asked anew', async () => {
  api.put(...deployed({ name: 'cart', namespace: 'shop', ips: [] }));
  const heal = api.inject({ plural: 'replicasets' }, { kind: 'cut' });
  expect(await owners.read(replicaSet, 'shop')).toMatchObject({ kind: 'failed' });
  heal();
  expect(await owners.read(replicaSet, 'shop')).toMatchObject({ kind: 'found' });
  await api.down();
  expect(await owners.read({ apiVersion: 'batch/v1', kind: 'Job', name: 'x' }, 'shop')).toMatchObject({
    kind: 'failed',
    problem: expect.stringContaining(api.url) as string,
  });
});

test('a CronJob is found in the version that is served; no other kind is', async () => {
  const nightly = cronJob({ name: 'nightly', namespace: 'shop' });
  api.put(nightly, job({ name: 'nightly-1', namespace: 'shop', owner: nightly }));
  expect(await owners.read({ apiVersion: 'batch/v1beta1', kind: 'CronJob', name: 'nightly' }, 'shop')).toMatchObject({
    kind: 'found',
    apiVersion: 'batch/v1',
  });
  const oldJob = { apiVersion: 'batch/v1beta1', kind: 'Job', name: 'nightly-1' };
  expect(await owners.read(oldJob, 'shop')).toEqual({ kind: 'unknown-kind' });
});

test('a custom kind is found by its group', async () => {
  const server = { apiVersion: 'games.example.com/v1', kind: 'GameServer', name: 'chess' };
  expect(await owners.read(server, 'shop')).toEqual({ kind: 'unknown-kind' });
  api.put(object({ ...server, namespace: 'shop' }));
  expect(await new OwnerReader(connection).read(server, 'shop')).toMatchObject({ kind: 'found', name: 'chess' });
});
