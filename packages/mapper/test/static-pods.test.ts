import { node, pod } from '@network-mapper/testkit';
import { expect, test } from 'vitest';
import { calls, report } from './reports.ts';
import { startSmallCluster } from './small-cluster.ts';

test('static pods of one node are distinguished', async () => {
  await using cluster = await startSmallCluster();
  const owner = node({ name: 'cp-1', ips: ['192.168.7.9'] });
  const hash = (digit: string) => digit.repeat(32);
  const mirror = (name: string, digit: string) =>
    pod({
      name: `${name}-cp-1`,
      namespace: 'kube-system',
      ip: '192.168.7.9',
      hostNetwork: true,
      owner,
      annotations: { 'kubernetes.io/config.hash': hash(digit), 'kubernetes.io/config.mirror': hash(digit) },
    });
  await cluster.put(owner, mirror('kube-apiserver', 'a'), mirror('kube-scheduler', 'b'));
  const to = (destination: string) => [{ destination, destinationIP: destination, destinationPort: 443 }];
  await report(
    cluster.running,
    'sockets',
    { srcIp: '192.168.7.9', srcPodUid: hash('a'), destinations: to('10.0.0.1') },
    { srcIp: '192.168.7.9', srcPodUid: hash('b'), destinations: to('10.0.0.2') },
  );
  const clients = (await calls(cluster.running)).map(call => call.split(' ')[0]);
  expect(new Set(clients).size).toBe(2);
});
