import { operations } from '@network-mapper/api';
import { node, service, type KubernetesObject } from '@network-mapper/testkit';
import { expect, test } from 'vitest';
import { calls, report, unmapped } from './reports.ts';
import { later, namespace, startSmallCluster, workload, type SmallCluster } from './small-cluster.ts';

const toCart = { destination: '10.96.0.2', destinationIP: '10.0.0.2', destinationPort: 80 };

async function endpoints(cluster: SmallCluster): Promise<unknown> {
  const { body } = await cluster.running.ask('{ intents { ports endpoints { port targetPort protocol } } }');
  return body.data?.intents;
}

function withPorts(ports: readonly object[]): KubernetesObject {
  const cart = service({
    name: 'cart',
    namespace,
    clusterIp: '10.96.0.2',
    selector: { app: 'cart' },
    ports: [{ port: 80 }],
  });
  return { ...cart, spec: { ...(cart.spec as object), ports } };
}

test('beside the port that was called stands the port of the pod, as it was seen', async () => {
  await using cluster = await startSmallCluster();
  await report(cluster.running, 'tcp', { srcIp: '10.0.0.1', destinations: [{ ...toCart, reachedPort: 8080 }] });
  expect(await endpoints(cluster)).toEqual([
    { ports: [80], endpoints: [{ port: 80, targetPort: 8080, protocol: 'TCP' }] },
  ]);
});

test('beside the port that was called stands the port of the pod, as the Service says', async () => {
  await using cluster = await startSmallCluster();
  await cluster.put(withPorts([{ name: 'web', port: 80, targetPort: 8081, protocol: 'TCP' }]));
  await report(cluster.running, 'tcp', { srcIp: '10.0.0.1', destinations: [toCart] });
  expect(await endpoints(cluster)).toEqual([
    { ports: [80], endpoints: [{ port: 80, targetPort: 8081, protocol: 'TCP' }] },
  ]);
});

test('the name of a Service leads to the pods that are behind it now, whatever was behind it before', async () => {
  await using cluster = await startSmallCluster();
  const lookUp = (seconds: number): Promise<unknown> =>
    report(cluster.running, 'dns', {
      srcIp: '10.0.0.1',
      destinations: [{ destination: 'cart.shop.svc.cluster.local', lastSeen: later(seconds) }],
    });
  await lookUp(1);
  await lookUp(2);
  const [, , cart] = workload('cart', '10.0.0.2');
  await cluster.remove(cart);
  await cluster.put(...workload('basket', '10.0.0.3', { labels: { app: 'cart' } }));
  await lookUp(10);
  await lookUp(11);
  expect(await calls(cluster.running)).toEqual(['shop/web -> shop/basket', 'shop/web -> shop/cart']);
});

test('a pod that was called itself has the port that was called', async () => {
  await using cluster = await startSmallCluster();
  const destinations = [{ destination: '10.0.0.2', destinationIP: '10.0.0.2', destinationPort: 8080 }];
  await report(cluster.running, 'sockets', { srcIp: '10.0.0.1', destinations });
  expect(await endpoints(cluster)).toEqual([
    { ports: [8080], endpoints: [{ port: 8080, targetPort: 8080, protocol: 'TCP' }] },
  ]);
});

test('a connection that no server accepted is no call', async () => {
  await using cluster = await startSmallCluster();
  await report(cluster.running, 'tcp', { srcIp: '10.0.0.1', destinations: [{ ...toCart, accepted: false }] });
  expect(await calls(cluster.running)).toEqual([]);
  expect(await unmapped(cluster.running)).toEqual(['not-accepted: 10.0.0.1 -> 10.96.0.2']);
});

test('the traffic of our own parts is shown on request only', async () => {
  const parts = [
    ...workload('otterize-network-mapper', '10.0.0.50'),
    ...workload('otterize-network-sniffer', '10.0.0.51'),
  ];
  const destinations = [{ destination: '10.0.0.50', destinationIP: '10.0.0.50', destinationPort: 9090 }];
  for (const [env, shown] of [
    [{}, []],
    [{ OTTERIZE_SHOW_OWN_TRAFFIC: 'true' }, ['shop/otterize-network-sniffer -> shop/otterize-network-mapper']],
  ] as const) {
    await using cluster = await startSmallCluster({ env });
    await cluster.put(...parts);
    await report(cluster.running, 'tcp', { srcIp: '10.0.0.51', destinations });
    expect(await calls(cluster.running)).toEqual(shown);
  }
});

test('an address is the same however it is written', async () => {
  await using cluster = await startSmallCluster();
  await cluster.put(...workload('six', 'FD00:96:0::7'));
  await report(cluster.running, 'dns', {
    srcIp: 'fd00:96::7',
    destinations: [{ destination: 'cart.shop.svc.cluster.local', destinationIP: '10.96.0.2' }],
  });
  expect(await calls(cluster.running)).toEqual(['shop/six -> shop/cart']);
});

test('the name of the Service is filled in when it becomes known', async () => {
  await using cluster = await startSmallCluster();
  const toPod = { destination: '10.0.0.2', destinationIP: '10.0.0.2', destinationPort: 8080 };
  await report(cluster.running, 'tcp', { srcIp: '10.0.0.1', destinations: [toPod] });
  await report(cluster.running, 'tcp', { srcIp: '10.0.0.1', destinations: [toCart] });
  const { body } = await cluster.running.ask('{ intents { server { name kubernetesService } } }');
  expect(body.data?.intents).toEqual([{ server: { name: 'cart', kubernetesService: 'cart' } }]);
});

test('the address of a tunnel is that of its node', async () => {
  await using cluster = await startSmallCluster();
  const calico = node({ name: 'n1', ips: ['192.168.7.1'] });
  await cluster.put({
    ...calico,
    metadata: { ...calico.metadata, annotations: { 'projectcalico.org/IPv4VXLANTunnelAddr': '10.0.99.64' } },
  });
  await report(cluster.running, 'tcp', { srcIp: '10.0.99.64', destinations: [{ ...toCart, destination: '10.0.0.2' }] });
  expect(await unmapped(cluster.running)).toEqual(['node-address: 10.0.99.64 -> 10.0.0.2']);
});

test('a neighbour of pods that never becomes one was outside after all', async () => {
  await using cluster = await startSmallCluster();
  const { running } = cluster;
  await report(running, 'tcp', { srcIp: '10.0.77.9', destinations: [{ ...toCart, destination: '10.0.0.2' }] });
  const incoming = async (): Promise<unknown> =>
    (await running.ask('{ incomingTraffic { nodes { address server { name } } } }')).body.data?.incomingTraffic;
  expect(await incoming()).toEqual({ nodes: [] });
  running.clock.now = Date.parse(later(60 + 61));
  running.mapper.tick();
  expect(await incoming()).toEqual({ nodes: [{ address: '10.0.77.9', server: { name: 'cart' } }] });
});

test('of several owners the one that controls the pod is followed', async () => {
  await using cluster = await startSmallCluster();
  const [owner, set, pod] = workload('job', '10.0.0.20');
  const references = pod.metadata.ownerReferences ?? [];
  const backup = { apiVersion: 'v1', kind: 'ConfigMap', name: 'backup', uid: 'b', controller: false };
  const owners = [backup, ...references.map(reference => ({ ...reference, controller: true }))];
  await cluster.put(owner, set, { ...pod, metadata: { ...pod.metadata, ownerReferences: owners } });
  await report(cluster.running, 'tcp', { srcIp: '10.0.0.20', destinations: [toCart] });
  expect(await calls(cluster.running)).toEqual(['shop/job -> shop/cart']);
});

test('resetting the map makes it look like that of another mapper', async () => {
  await using cluster = await startSmallCluster();
  const header = async (): Promise<string | null> =>
    (await fetch(`${cluster.running.url}/healthz`)).headers.get('x-mapper-instance');
  const before = await header();
  await report(cluster.running, 'tcp', { srcIp: '10.0.0.1', destinations: [toCart] });
  expect(await header()).toBe(before);
  await cluster.running.ask('mutation { resetCapture }');
  expect(await calls(cluster.running)).toEqual([]);
  expect(await header()).not.toBe(before);
});

test('accesses to topics that a broker refused are shown as such, beside those it allowed', async () => {
  await using cluster = await startSmallCluster();
  const access = { srcIp: '10.0.0.1', serverPodName: 'cart-1-x', serverNamespace: namespace, lastSeen: later(0) };
  const results = [
    { ...access, topic: 'orders', operation: 'Read' },
    { ...access, topic: 'orders', operation: 'WRITE', denied: true },
    { ...access, topic: 'audit', operation: 'Describe', denied: true },
    { ...access, topic: 'audit', operation: 'Describe', denied: false },
  ];
  const { document } = operations.reportKafkaMapperResults;
  await cluster.running.ask(document, { results: { results } });
  const { body } = await cluster.running.ask('{ intents { kafkaTopics { name operations deniedOperations } } }');
  expect(body.data?.intents).toEqual([
    {
      kafkaTopics: [
        { name: 'audit', operations: ['DESCRIBE'], deniedOperations: [] },
        { name: 'orders', operations: ['CONSUME', 'PRODUCE'], deniedOperations: ['PRODUCE'] },
      ],
    },
  ]);
});

test('a topic that is assigned to a member of a group is consumed, and marked as assigned until it is seen being read', async () => {
  await using cluster = await startSmallCluster();
  const access = { srcIp: '10.0.0.1', serverPodName: 'cart-1-x', serverNamespace: namespace, lastSeen: later(0) };
  const { document } = operations.reportKafkaMapperResults;
  const report = (result: object) =>
    cluster.running.ask(document, { results: { results: [{ ...access, ...result }] } });
  const topics = async (): Promise<unknown> => {
    const query = '{ intents { kafkaTopics { name operations assignedOperations groups } } }';
    return (await cluster.running.ask(query)).body.data?.intents;
  };
  await report({ topic: 'orders', operation: 'Read', group: 'billing' });
  const orders = { name: 'orders', operations: ['CONSUME'], groups: ['billing'] };
  expect(await topics()).toEqual([{ kafkaTopics: [{ ...orders, assignedOperations: ['CONSUME'] }] }]);
  await report({ topic: 'orders', operation: 'Read' });
  expect(await topics()).toEqual([{ kafkaTopics: [{ ...orders, assignedOperations: [] }] }]);
});
