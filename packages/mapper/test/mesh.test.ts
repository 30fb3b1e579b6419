import { operations } from '@network-mapper/api';
import { pod } from '@network-mapper/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { calls, noon, unmapped } from './reports.ts';
import { namespace, startSmallCluster, workload, type SmallCluster } from './small-cluster.ts';

let cluster: SmallCluster;

beforeEach(async () => {
  cluster = await startSmallCluster();
});
afterEach(() => cluster[Symbol.asyncDispose]());

async function reportMesh(...results: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const usual = {
    srcWorkload: 'web-1',
    srcWorkloadNamespace: namespace,
    dstWorkload: 'cart-1',
    dstWorkloadNamespace: namespace,
    dstServiceName: 'cart',
    path: '/items',
    methods: ['GET'],
    lastSeen: noon,
  };
  const variables = { results: { results: results.map(result => ({ ...usual, ...result })) } };
  const { body } = await cluster.running.ask(operations.reportIstioConnectionResults.document, variables);
  expect(body).toEqual({ data: { reportIstioConnectionResults: true } });
}

async function resources(): Promise<unknown> {
  const { body } = await cluster.running.ask(
    '{ intents { type httpResources { path methods grpc responseCodes } evidence ports } }',
  );
  return body.data?.intents;
}

test('paths have the methods, the response codes and the gRPC that were seen', async () => {
  await reportMesh(
    { responseCodes: [200] },
    { methods: ['POST'], responseCodes: [503, 200] },
    { path: '/shop.v1.Cart/Add', methods: ['POST'], grpc: true },
  );
  expect(await resources()).toEqual([
    {
      type: 'HTTP',
      httpResources: [
        { path: '/items', methods: ['GET', 'POST'], grpc: false, responseCodes: [200, 503] },
        { path: '/shop.v1.Cart/Add', methods: ['POST'], grpc: true, responseCodes: [] },
      ],
      evidence: ['ISTIO'],
      ports: [],
    },
  ]);
});

test('a connection without a path is a call of no type', async () => {
  await reportMesh({ path: '', methods: [] });
  expect(await resources()).toEqual([{ type: null, httpResources: null, evidence: ['ISTIO'], ports: [] }]);
});

test('a workload is found by Istio’s label, by the name of its owner, and as a pod without one', async () => {
  const labels = { 'pod-template-hash': '6c5f', app: 'stock' };
  const [owner, set, stock] = workload('stock', '10.0.0.3', { labels });
  const hashed = { ...set, metadata: { ...set.metadata, name: 'stock-6c5f' } };
  const ownerReferences = stock.metadata.ownerReferences?.map(reference => ({ ...reference, name: 'stock-6c5f' }));
  const labelled = { 'service.istio.io/canonical-name': 'front' };
  await cluster.put(
    owner,
    hashed,
    { ...stock, metadata: { ...stock.metadata, ...(ownerReferences && { ownerReferences }) } },
    pod({ name: 'debug', namespace, ip: '10.0.0.4' }),
    ...workload('gateway', '10.0.0.5', { labels: labelled }),
  );
  await reportMesh(
    { srcWorkload: 'front', dstWorkload: 'stock' },
    { srcWorkload: 'debug', dstWorkload: 'stock' },
    // The series of a pod that is gone stays with its ztunnel.
    { srcWorkload: 'web-0-gone', dstWorkload: 'stock' },
  );
  expect(await calls(cluster.running)).toEqual(['shop/debug -> shop/stock', 'shop/gateway -> shop/stock']);
  expect(await unmapped(cluster.running)).toEqual(['unknown-workload: shop/web-0-gone -> shop/stock']);
});

test('after a workload was looked up, pods that come and go are known to the mesh as well', async () => {
  await reportMesh({ srcWorkload: 'web-1', dstWorkload: 'cart-1' });
  const [owner, set, front] = workload('gateway', '10.0.0.5', {
    labels: { 'service.istio.io/canonical-name': 'front' },
  });
  await cluster.put(owner, set, front);
  await reportMesh({ srcWorkload: 'front' });
  expect(await calls(cluster.running)).toContain('shop/gateway -> shop/cart');
  await cluster.remove(front);
  await reportMesh({ srcWorkload: 'front' });
  expect(await unmapped(cluster.running)).toContainEqual(expect.stringContaining('unknown-workload: shop/front'));
});
