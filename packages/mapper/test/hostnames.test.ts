import type { KubernetesObject } from '@network-mapper/testkit';
import { expect, test } from 'vitest';
import { calls, report, unmapped } from './reports.ts';
import { startSmallCluster, workload } from './small-cluster.ts';

const destinations = [{ destination: 'cart.shop.svc.cluster.local', destinationIP: '10.96.0.2' }];
const longName = `a${'b'.repeat(61)}-${'c'.repeat(20)}`;

function withSpec(app: string, spec: object): readonly KubernetesObject[] {
  const [owner, set, pod] = workload(app, '10.0.0.20');
  return [owner, set, { ...pod, spec: { ...(pod.spec as object), ...spec } }];
}

test.each([
  ['its name', {}, 'job-1-x'],
  ['spec.hostname', { hostname: 'db-0' }, 'db-0'],
  [
    'its full domain name, with setHostnameAsFQDN',
    { hostname: 'db-0', subdomain: 'db', setHostnameAsFQDN: true },
    'db-0.db.shop.svc.cluster.local',
  ],
  ['the first part of that', { hostname: 'db-0', subdomain: 'db', setHostnameAsFQDN: true }, 'db-0'],
  ['spec.hostnameOverride', { hostname: 'db-0', hostnameOverride: 'oracle.example.com' }, 'oracle.example.com'],
  ['an address, which is no name', {}, '0.0.0.0'],
  ['another form of it in capitals', {}, 'JOB-1-X'],
])('a client whose process calls its host by %s is believed', async (_, spec, srcHostname) => {
  await using cluster = await startSmallCluster();
  await cluster.put(...withSpec('job', spec));
  await report(cluster.running, 'dns', { srcIp: '10.0.0.20', srcHostname, destinations });
  expect(await calls(cluster.running)).toEqual(['shop/job -> shop/cart']);
});

test('a host name that the kubelet cut does not end in a dash', async () => {
  await using cluster = await startSmallCluster();
  const [owner, set, pod] = workload('job', '10.0.0.20');
  await cluster.put(owner, set, { ...pod, metadata: { ...pod.metadata, name: longName } });
  await report(cluster.running, 'dns', { srcIp: '10.0.0.20', srcHostname: `a${'b'.repeat(61)}`, destinations });
  expect(await calls(cluster.running)).toEqual(['shop/job -> shop/cart']);
});

test('a client whose process runs on another host is not believed', async () => {
  await using cluster = await startSmallCluster();
  await cluster.put(...withSpec('job', {}));
  await report(cluster.running, 'dns', { srcIp: '10.0.0.20', srcHostname: 'stock-1-x', destinations });
  expect(await unmapped(cluster.running)).toEqual(['hostname-mismatch: 10.0.0.20 -> cart.shop.svc.cluster.local']);
});
