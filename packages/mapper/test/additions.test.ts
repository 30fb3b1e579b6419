import { afterEach, beforeEach, expect, test } from 'vitest';
import { calls, noon, report } from './reports.ts';
import type { RunningMapper } from './running-mapper.ts';
import { later, startSmallCluster, workload, type SmallCluster } from './small-cluster.ts';

let cluster: SmallCluster;
let running: RunningMapper;

beforeEach(async () => {
  cluster = await startSmallCluster();
  ({ running } = cluster);
});
afterEach(() => cluster[Symbol.asyncDispose]());

async function answer(query: string): Promise<unknown> {
  const { body } = await running.ask(query);
  expect(body.errors).toBeUndefined();
  return Object.values(body.data ?? {})[0];
}

test('a call shows when it was first and last seen, by what evidence, how often, and on which ports', async () => {
  await report(running, 'dns', {
    srcIp: '10.0.0.1',
    destinations: [{ destination: 'cart.shop.svc.cluster.local', lastSeen: later(5) }],
  });
  await report(running, 'tcp', {
    srcIp: '10.0.0.1',
    destinations: [
      {
        destination: '10.96.0.2',
        destinationIP: '10.96.0.2',
        destinationPort: 80,
        lastSeen: later(9),
        firstSeen: later(1),
        connections: 3,
        protocol: 'TCP',
      },
      { destination: '10.0.0.2', destinationIP: '10.0.0.2', destinationPort: 53, lastSeen: later(2), protocol: 'UDP' },
    ],
  });
  expect(await answer('{ intents { firstSeen lastSeen ports protocols evidence count } }')).toEqual([
    {
      firstSeen: later(1),
      lastSeen: later(9),
      ports: [53, 80],
      protocols: ['TCP', 'UDP'],
      evidence: ['DNS', 'TCP'],
      count: 5,
    },
  ]);
});

test('calls are filtered by time, port and the server’s namespace', async () => {
  const other = { ...workload('db', '10.0.0.3')[2] };
  await cluster.put({ ...other, metadata: { ...other.metadata, namespace: 'data', ownerReferences: [] } });
  await report(running, 'tcp', {
    srcIp: '10.0.0.1',
    destinations: [
      { destination: '10.0.0.2', destinationIP: '10.0.0.2', destinationPort: 80, lastSeen: later(10) },
      { destination: '10.0.0.3', destinationIP: '10.0.0.3', destinationPort: 5432 },
    ],
  });
  expect(await calls(running)).toEqual(['shop/web -> data/db-1-x', 'shop/web -> shop/cart']);
  expect(await calls(running, `(since: "${later(5)}")`)).toEqual(['shop/web -> shop/cart']);
  expect(await calls(running, '(port: 5432)')).toEqual(['shop/web -> data/db-1-x']);
  expect(await calls(running, '(serverNamespaces: ["data"])')).toEqual(['shop/web -> data/db-1-x']);
  expect(await calls(running, '(serverNamespaces: ["data"], port: 80)')).toEqual([]);
});

test('traffic to the outside is listed by name, in pages that stay where they are', async () => {
  const destinations = ['c.example.com', 'a.example.com', 'b.example.com'].map((destination, index) => ({
    destination,
    destinationIP: `192.0.2.${index}`,
  }));
  await report(running, 'dns', { srcIp: '10.0.0.1', destinations });
  const first = await answer(
    '{ externalTraffic(first: 2) { nodes { client { name } dnsName addresses count firstSeen } pageInfo { hasNextPage endCursor } } }',
  );
  expect(first).toMatchObject({
    nodes: [
      {
        client: { name: 'web' },
        dnsName: 'a.example.com',
        addresses: ['192.0.2.1'],
        count: 1,
        firstSeen: '2024-01-01T12:00:00.000Z',
      },
      { dnsName: 'b.example.com' },
    ],
    pageInfo: { hasNextPage: true },
  });
  const { endCursor } = (first as { readonly pageInfo: { readonly endCursor: string } }).pageInfo;
  await report(running, 'dns', {
    srcIp: '10.0.0.1',
    destinations: [{ destination: 'aa.example.com', destinationIP: '192.0.2.9' }],
  });
  expect(
    await answer(`{ externalTraffic(first: 2, after: "${endCursor}") { nodes { dnsName } pageInfo { hasNextPage } } }`),
  ).toEqual({
    nodes: [{ dnsName: 'c.example.com' }],
    pageInfo: { hasNextPage: false },
  });
});

test('cloud operations and amounts of traffic can be asked for', async () => {
  await running.ask(
    'mutation { reportAWSOperation(operation: [{ resource: "arn:aws:s3:::b/*", actions: ["s3:PutObject", "s3:GetObject"], srcIp: "10.0.0.1", iamRole: "r" }, { resource: "*", actions: ["s3:ListAllMyBuckets"], srcIp: "10.0.0.1", podIdentity: true }]) }',
  );
  await running.ask(
    'mutation { reportAzureOperation(operation: [{ scope: "/s", actions: ["a"], dataActions: ["d"], clientName: "c", clientNamespace: "n" }]) }',
  );
  await running.ask(
    'mutation { reportTrafficLevelResults(results: { results: [{ srcIP: "10.0.0.1", dstIP: "10.96.0.2", bytesSent: 5000000000, flows: 3 }] }) }',
  );
  expect(
    await answer(
      '{ cloudOperations { nodes { client { name namespace } provider resource actions dataActions iamRole podIdentity } } }',
    ),
  ).toEqual({
    nodes: [
      {
        client: { name: 'c', namespace: 'n' },
        provider: 'AZURE',
        resource: '/s',
        actions: ['a'],
        dataActions: ['d'],
        iamRole: null,
        podIdentity: false,
      },
      {
        client: { name: 'web', namespace: 'shop' },
        provider: 'AWS',
        resource: '*',
        actions: ['s3:ListAllMyBuckets'],
        dataActions: [],
        iamRole: null,
        podIdentity: true,
      },
      {
        client: { name: 'web', namespace: 'shop' },
        provider: 'AWS',
        resource: 'arn:aws:s3:::b/*',
        actions: ['s3:GetObject', 's3:PutObject'],
        dataActions: [],
        iamRole: 'r',
        podIdentity: false,
      },
    ],
  });
  expect(await answer('{ cloudOperations(provider: AWS) { nodes { resource } } }')).toEqual({
    nodes: [{ resource: '*' }, { resource: 'arn:aws:s3:::b/*' }],
  });
  expect(
    await answer('{ trafficLevels { nodes { source { name } destination { name } bytes flows samples } } }'),
  ).toEqual({
    nodes: [{ source: { name: 'web' }, destination: { name: 'cart' }, bytes: 5_000_000_000, flows: 3, samples: 1 }],
  });
});

test('an empty map explains itself: what was seen and not mapped, by reason, with what the reason means', async () => {
  await report(running, 'dns', {
    srcIp: '10.0.0.1',
    destinations: [
      { destination: 'nothing.shop.svc.cluster.local' },
      { destination: 'nothing.shop.svc.cluster.local', lastSeen: later(3) },
    ],
  });
  await report(running, 'tcp', {
    srcIp: '10.0.0.1',
    destinations: [{ destination: '8.8.8.8', destinationIP: '8.8.8.8', destinationPort: 443 }],
  });
  expect(
    await answer(
      '{ unmapped(namespaces: ["shop"]) { totals { reason evidence count meaning } nodes { reason evidence namespace client server count firstSeen lastSeen } } }',
    ),
  ).toEqual({
    totals: [
      {
        reason: 'outside-address',
        evidence: 'TCP',
        count: 1,
        meaning: expect.stringContaining('outside the cluster') as string,
      },
      {
        reason: 'unknown-service',
        evidence: 'DNS',
        count: 2,
        meaning: expect.stringContaining('no Service') as string,
      },
    ],
    nodes: [
      {
        reason: 'outside-address',
        evidence: 'TCP',
        namespace: 'shop',
        client: '10.0.0.1',
        server: '8.8.8.8',
        count: 1,
        firstSeen: later(0),
        lastSeen: later(0),
      },
      {
        reason: 'unknown-service',
        evidence: 'DNS',
        namespace: 'shop',
        client: '10.0.0.1',
        server: 'nothing.shop.svc.cluster.local',
        count: 2,
        firstSeen: later(0),
        lastSeen: later(3),
      },
    ],
  });
  expect(await answer('{ unmapped(reasons: ["no-pod"]) { nodes { reason } } }')).toEqual({ nodes: [] });
});

test('agents report what they captured and lost, so that a blind node shows', async () => {
  const status = `{ kind: "sniffer", name: "node-1", version: "0.1.0", startedAt: "${noon}", captured: 10, dropped: 4, droppedByInterface: 0,
    undecodable: [{ reason: "truncated", count: 1 }], skipped: [], reported: 5, lost: 0 }`;
  await running.ask(`mutation { reportAgentStatus(status: ${status}) }`);
  expect(
    await answer('{ agents { kind name startedAt lastSeen captured dropped undecodable { reason count } } }'),
  ).toEqual([
    {
      kind: 'sniffer',
      name: 'node-1',
      startedAt: later(0),
      lastSeen: later(60),
      captured: 10,
      dropped: 4,
      undecodable: [{ reason: 'truncated', count: 1 }],
    },
  ]);
});

test('one asks what an address or a pod is, and why', async () => {
  expect(
    await answer(
      '{ serviceIdentity(address: "10.96.0.2") { identity { name podOwnerKind { kind } } pod service override owners { kind name outcome } } }',
    ),
  ).toEqual({
    identity: { name: 'cart', podOwnerKind: { kind: 'Deployment' } },
    pod: 'shop/cart-1-x',
    service: 'shop/cart',
    override: null,
    owners: [
      { kind: 'ReplicaSet', name: 'cart-1', outcome: 'found' },
      { kind: 'Deployment', name: 'cart', outcome: 'found' },
    ],
  });
  expect(await answer('{ serviceIdentity(address: "10.0.0.99") { identity { name } reason } }')).toEqual({
    identity: null,
    reason: 'no-pod',
  });
  expect(await answer('{ serviceIdentity(pod: { namespace: "shop", name: "gone" }) { reason } }')).toEqual({
    reason: 'unknown-workload',
  });
});
