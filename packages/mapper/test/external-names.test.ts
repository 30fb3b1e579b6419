import { service } from '@network-mapper/testkit';
import { expect, test } from 'vitest';
import { calls, report, unmapped } from './reports.ts';
import { startSmallCluster, type SmallCluster } from './small-cluster.ts';

const alias = (name: string, externalName: string) =>
  service({ name, namespace: 'team', type: 'ExternalName', externalName });
const ask = (cluster: SmallCluster, destination: string, destinationIP: string) =>
  report(cluster.running, 'dns', { srcIp: '10.0.0.1', destinations: [{ destination, destinationIP }] });
const names = async (cluster: SmallCluster) =>
  (await cluster.running.ask('{ externalTraffic { nodes { dnsName } } }')).body.data?.externalTraffic;

test('an ExternalName that stands for a Service of the cluster is a call to it', async () => {
  await using cluster = await startSmallCluster();
  await cluster.put(alias('alias', 'cart.shop.svc.cluster.local'));
  await ask(cluster, 'alias.team.svc.cluster.local', '10.96.0.2');
  expect(await calls(cluster.running)).toEqual(['shop/web -> shop/cart']);
  expect(await names(cluster)).toEqual({ nodes: [] });
});

test('an ExternalName that stands for another one is followed', async () => {
  await using cluster = await startSmallCluster();
  await cluster.put(alias('a', 'b.team.svc.cluster.local'), alias('b', 'db.example.com'));
  await ask(cluster, 'a.team.svc.cluster.local', '192.0.2.7');
  expect(await names(cluster)).toEqual({ nodes: [{ dnsName: 'db.example.com' }] });
});

test('a dot at the end of an ExternalName means nothing', async () => {
  await using cluster = await startSmallCluster();
  await cluster.put(alias('db', 'db.example.com.'));
  await ask(cluster, 'db.team.svc.cluster.local', '192.0.2.7');
  await ask(cluster, 'db.example.com', '192.0.2.7');
  expect(await names(cluster)).toEqual({ nodes: [{ dnsName: 'db.example.com' }] });
});

test('ExternalNames that lead to each other end', async () => {
  await using cluster = await startSmallCluster();
  await cluster.put(alias('a', 'b.team.svc.cluster.local'), alias('b', 'a.team.svc.cluster.local'));
  await ask(cluster, 'a.team.svc.cluster.local', '192.0.2.7');
  expect(await unmapped(cluster.running)).toEqual(['alias-cycle: 10.0.0.1 -> a.team.svc.cluster.local']);
});

test.each([
  ['the address of a Service', '10.96.0.2'],
  ['the address of a pod', '10.0.0.2'],
  ['the address of a load balancer', '203.0.113.5'],
])('a public name that leads to %s is a call to what is there', async (_, ip) => {
  await using cluster = await startSmallCluster();
  const balancer = service({
    name: 'public',
    namespace: 'shop',
    type: 'LoadBalancer',
    clusterIp: '10.96.0.4',
    selector: { app: 'cart' },
    ports: [{ port: 443 }],
  });
  await cluster.put({ ...balancer, status: { loadBalancer: { ingress: [{ ip: '203.0.113.5' }] } } });
  await ask(cluster, 'cart.example.com', ip);
  expect(await calls(cluster.running)).toEqual(['shop/web -> shop/cart']);
  expect(await names(cluster)).toEqual({ nodes: [] });
});

test.each(['0.0.0.0', '::'])('an answer %s is no call', async ip => {
  await using cluster = await startSmallCluster();
  await ask(cluster, 'blocked.example.com', ip);
  expect(await names(cluster)).toEqual({ nodes: [] });
  expect(await unmapped(cluster.running)).toEqual(['no-address: 10.0.0.1 -> blocked.example.com']);
});
