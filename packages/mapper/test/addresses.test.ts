import { pod, type KubernetesObject } from '@network-mapper/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { calls, report, unmapped, type Seen } from './reports.ts';
import type { RunningMapper } from './running-mapper.ts';
import { later, namespace, startSmallCluster, workload, type SmallCluster } from './small-cluster.ts';

let cluster: SmallCluster;
let running: RunningMapper;

beforeEach(async () => {
  cluster = await startSmallCluster();
  ({ running } = cluster);
});
afterEach(() => cluster[Symbol.asyncDispose]());

function terminated(object: KubernetesObject, finishedAt: string): KubernetesObject {
  const status = {
    ...(object.status as object),
    phase: 'Succeeded',
    containerStatuses: [{ name: 'main', state: { terminated: { finishedAt } } }],
  };
  return { ...object, status };
}

test('an address that two pods had one after the other is each one’s at its time', async () => {
  const objects = workload('first', '10.0.0.9', { startedAt: later(-600) });
  const [, , first] = objects;
  await cluster.put(...objects);
  await cluster.remove(first);
  running.clock.now = Date.parse(later(100));
  await cluster.put(...workload('second', '10.0.0.9', { startedAt: later(90) }));
  await report(
    running,
    'tcp',
    {
      srcIp: '10.0.0.9',
      destinations: [{ destination: '10.96.0.2', destinationIP: '10.96.0.2', lastSeen: later(-1) }],
    },
    { srcIp: '10.0.0.1', destinations: [{ destination: '10.0.0.9', destinationIP: '10.0.0.9', lastSeen: later(95) }] },
  );
  expect(await calls(running)).toEqual(['shop/first -> shop/cart', 'shop/web -> shop/second']);
});

test('a pod that is one second old is known as client and as server', async () => {
  await cluster.put(...workload('young', '10.0.0.7', { startedAt: later(0) }));
  await report(
    running,
    'tcp',
    { srcIp: '10.0.0.7', destinations: [{ destination: '10.0.0.2', destinationIP: '10.0.0.2', lastSeen: later(1) }] },
    { srcIp: '10.0.0.1', destinations: [{ destination: '10.0.0.7', destinationIP: '10.0.0.7', lastSeen: later(1) }] },
  );
  expect(await calls(running)).toEqual(['shop/web -> shop/young', 'shop/young -> shop/cart']);
});

test('a pod that is gone is still the client of what was seen while it lived', async () => {
  const objects = workload('brief', '10.0.0.8', { startedAt: later(-5) });
  await cluster.put(...objects);
  await cluster.remove(objects[2]);
  await report(running, 'dns', { srcIp: '10.0.0.8', destinations: [{ destination: 'cart.shop.svc.cluster.local' }] });
  expect(await calls(running)).toEqual(['shop/brief -> shop/cart']);
});

test('a pod that has ended is the client until its end, and not after', async () => {
  const [owner, set, ended] = workload('batch', '10.0.0.8', { startedAt: later(-300) });
  await cluster.put(owner, set, terminated(ended, later(-10)));
  await report(
    running,
    'dns',
    { srcIp: '10.0.0.8', destinations: [{ destination: 'cart.shop.svc.cluster.local', lastSeen: later(-20) }] },
    { srcIp: '10.0.0.8', destinations: [{ destination: 'web.shop.svc.cluster.local', lastSeen: later(20) }] },
  );
  expect(await calls(running)).toEqual(['shop/batch -> shop/cart']);
});

test('a sighting that comes before its pod is known waits for it', async () => {
  await report(running, 'dns', { srcIp: '10.0.0.50', destinations: [{ destination: 'cart.shop.svc.cluster.local' }] });
  expect(await calls(running)).toEqual([]);
  await cluster.put(...workload('late', '10.0.0.50'));
  await expect.poll(() => calls(running)).toEqual(['shop/late -> shop/cart']);
  expect(await unmapped(running)).toEqual([]);
});

test('a sighting whose pod never turns up is counted after a minute', async () => {
  await report(running, 'dns', { srcIp: '10.0.0.50', destinations: [{ destination: 'cart.shop.svc.cluster.local' }] });
  running.clock.now += 59_000;
  running.mapper.tick();
  expect(await unmapped(running)).toEqual([]);
  running.clock.now += 1_000;
  running.mapper.tick();
  expect(await unmapped(running)).toEqual(['no-pod: 10.0.0.50 -> cart.shop.svc.cluster.local']);
  expect(await running.metrics()).toContain('mapper_sightings_skipped_total{reason="no-pod",evidence="DNS"} 1');
});

test('of two pods that claim an address the hostname shows which one was seen', async () => {
  await cluster.put(...workload('twin', '10.0.0.1'));
  const destinations = [{ destination: 'cart.shop.svc.cluster.local' }];
  await report(running, 'dns', { srcIp: '10.0.0.1', destinations });
  expect(await unmapped(running)).toEqual(['ambiguous-address: 10.0.0.1 -> cart.shop.svc.cluster.local']);
  await report(running, 'dns', { srcIp: '10.0.0.1', srcHostname: 'twin-1-x', destinations });
  expect(await calls(running)).toEqual(['shop/twin -> shop/cart']);
});

test('an address that was given away while its pod is still being deleted is the new pod’s', async () => {
  const [, , leaving] = workload('leaving', '10.0.0.9', { startedAt: later(-600) });
  const deletionTimestamp = later(-60);
  await cluster.put({ ...leaving, metadata: { ...leaving.metadata, deletionTimestamp } });
  const destinations = (seconds: number): readonly Seen[] => [
    { destination: 'cart.shop.svc.cluster.local', lastSeen: later(seconds) },
  ];
  await report(running, 'dns', { srcIp: '10.0.0.9', destinations: destinations(-40) });
  await cluster.put(...workload('coming', '10.0.0.9', { startedAt: later(-30) }));
  await report(running, 'dns', { srcIp: '10.0.0.9', destinations: destinations(0) });
  expect(await calls(running)).toEqual(['shop/coming -> shop/cart', 'shop/leaving-1 -> shop/cart']);
});

test('pods on the host network are known when the agent says which pod a process belongs to', async () => {
  await cluster.put(...workload('agent', '192.168.0.1', { hostNetwork: true }));
  const destinations = [{ destination: '10.96.0.2', destinationIP: '10.96.0.2' }];
  await report(running, 'sockets', { srcIp: '192.168.0.1', srcHostname: 'node-1', destinations });
  expect(await unmapped(running)).toEqual(['host-network: 192.168.0.1 -> 10.96.0.2']);
  await report(running, 'sockets', {
    srcIp: '192.168.0.1',
    srcHostname: 'node-1',
    srcPodUid: 'pod-shop-agent-1-x',
    destinations,
  });
  await report(running, 'tcp', {
    srcIp: '10.0.0.1',
    destinations: [
      {
        destination: '192.168.0.1',
        destinationIP: '192.168.0.1',
        destinationPort: 9100,
        destinationPodUid: 'pod-shop-agent-1-x',
      },
    ],
  });
  expect(await calls(running)).toEqual(['shop/agent -> shop/cart', 'shop/web -> shop/agent']);
});

test('a static pod is known by the UID that its control group shows', async () => {
  const annotations = { 'kubernetes.io/config.hash': '0a1b2c3d' };
  await cluster.put(
    pod({ name: 'etcd-node-1', namespace: 'kube-system', ip: '192.168.0.1', hostNetwork: true, annotations }),
  );
  await report(running, 'sockets', {
    srcIp: '192.168.0.1',
    srcHostname: 'node-1',
    srcPodUid: '0a1b2c3d',
    destinations: [{ destination: '10.0.0.2', destinationIP: '10.0.0.2' }],
  });
  expect(await calls(running)).toEqual(['kube-system/etcd -> shop/cart']);
});

test('times before Kubernetes and far in the future are refused by name', async () => {
  const destinations = ['1970-01-01T00:00:00Z', '2999-01-01T00:00:00Z'].map(lastSeen => ({
    destination: 'cart.shop.svc.cluster.local',
    lastSeen,
  }));
  await report(running, 'dns', {
    srcIp: '10.0.0.1',
    destinations: [...destinations, { destination: 'cart.shop.svc.cluster.local' }],
  });
  expect(await calls(running)).toEqual(['shop/web -> shop/cart']);
  expect(await unmapped(running)).toEqual(['implausible-time: 10.0.0.1 -> cart.shop.svc.cluster.local']);
});

test('the label otterize/service-name names a workload, and an annotation comes before it', async () => {
  cluster.kubernetes.put(
    pod({ name: 'a', namespace, ip: '10.0.0.20', labels: { 'otterize/service-name': 'by-label' } }),
  );
  await cluster.put(
    pod({
      name: 'b',
      namespace,
      ip: '10.0.0.21',
      labels: { 'otterize/service-name': 'by-label' },
      annotations: { 'intents.otterize.com/workload-name': 'by-annotation' },
    }),
  );
  const destinations = [{ destination: 'cart.shop.svc.cluster.local' }];
  await report(running, 'dns', { srcIp: '10.0.0.20', destinations }, { srcIp: '10.0.0.21', destinations });
  expect(await calls(running)).toEqual(['shop/by-annotation -> shop/cart', 'shop/by-label -> shop/cart']);
  const { body } = await running.ask('{ serviceIdentity(address: "10.0.0.20") { override identity { name } pod } }');
  expect(body.data?.serviceIdentity).toEqual({
    override: 'label otterize/service-name',
    identity: { name: 'by-label' },
    pod: 'shop/a',
  });
});
