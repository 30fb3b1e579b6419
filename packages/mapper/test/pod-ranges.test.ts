import { node, type KubernetesObject } from '@network-mapper/testkit';
import { expect, test } from 'vitest';
import { calls, report, unmapped } from './reports.ts';
import { later, startSmallCluster, workload } from './small-cluster.ts';

const withCidr = {
  ...node({ name: 'n', ips: ['192.168.7.1'] }),
  spec: { podCIDR: '10.2.1.0/24', podCIDRs: ['10.2.1.0/24'] },
} as KubernetesObject;

test('a client whose pod the mapper hears of a moment later is not from outside', async () => {
  await using cluster = await startSmallCluster();
  const { running } = cluster;
  await cluster.put(withCidr, ...workload('known', '10.2.56.3'));
  await report(running, 'tcp', {
    srcIp: '10.2.56.9',
    destinations: [{ destination: '10.2.56.3', destinationIP: '10.2.56.3', destinationPort: 8080 }],
  });
  await cluster.put(...workload('late', '10.2.56.9', { startedAt: later(-2) }));
  await expect.poll(() => calls(running)).toEqual(['shop/late -> shop/known']);
  const { body } = await running.ask('{ incomingTraffic { nodes { address } } }');
  expect(body.data?.incomingTraffic).toEqual({ nodes: [] });
});

test('a server whose pod the mapper hears of a moment later is waited for', async () => {
  await using cluster = await startSmallCluster();
  const { running } = cluster;
  await cluster.put(withCidr, ...workload('known', '10.2.56.3'));
  await report(running, 'tcp', {
    srcIp: '10.0.0.1',
    destinations: [{ destination: '10.2.56.7', destinationIP: '10.2.56.7', destinationPort: 8080 }],
  });
  await cluster.put(...workload('late', '10.2.56.7', { startedAt: later(-2) }));
  await expect.poll(() => calls(running)).toEqual(['shop/web -> shop/late']);
  expect(await unmapped(running)).toEqual([]);
});
