import type { KubernetesObject } from '@network-mapper/testkit';
import { expect, test } from 'vitest';
import { calls, report } from './reports.ts';
import { later, startSmallCluster, workload } from './small-cluster.ts';

const cart = { destination: 'cart.shop.svc.cluster.local', destinationIP: '10.96.0.2' };
const withStatus = (object: KubernetesObject, more: object): KubernetesObject => ({
  ...object,
  status: { ...(object.status as object), ...more },
});
const ended = (name: string, seconds: number) => ({ name, state: { terminated: { finishedAt: later(seconds) } } });

test('an init container that runs for longer than a minute is mapped', async () => {
  await using cluster = await startSmallCluster();
  const [owner, set, pod] = workload('migration', '10.0.0.30', { phase: 'Pending', startedAt: later(-300) });
  const running = withStatus(pod, {
    initContainerStatuses: [{ name: 'wait', state: { running: { startedAt: later(-290) } } }],
  });
  await cluster.put(owner, set, running);
  await report(cluster.running, 'dns', { srcIp: '10.0.0.30', destinations: [cart] });
  cluster.running.clock.now += 61_000;
  cluster.running.mapper.tick();
  expect(await calls(cluster.running)).toEqual(['shop/migration -> shop/cart']);
});

test('a pod that failed in its init container is mapped until that ended', async () => {
  await using cluster = await startSmallCluster();
  const [owner, set, pod] = workload('failed', '10.0.0.31', { phase: 'Failed', startedAt: later(-300) });
  await cluster.put(
    owner,
    set,
    withStatus(pod, {
      initContainerStatuses: [ended('wait', -10)],
      containerStatuses: [{ name: 'main', state: { waiting: { reason: 'PodInitializing' } } }],
    }),
  );
  await report(cluster.running, 'dns', { srcIp: '10.0.0.31', destinations: [{ ...cart, lastSeen: later(-20) }] });
  expect(await calls(cluster.running)).toEqual(['shop/failed -> shop/cart']);
});

test('a pod whose native sidecar ended after its main container is mapped until then', async () => {
  await using cluster = await startSmallCluster();
  const [owner, set, pod] = workload('job', '10.0.0.32', { phase: 'Succeeded', startedAt: later(-300) });
  await cluster.put(
    owner,
    set,
    withStatus(pod, { initContainerStatuses: [ended('proxy', -10)], containerStatuses: [ended('main', -40)] }),
  );
  await report(cluster.running, 'dns', { srcIp: '10.0.0.32', destinations: [{ ...cart, lastSeen: later(-15) }] });
  expect(await calls(cluster.running)).toEqual(['shop/job -> shop/cart']);
});
