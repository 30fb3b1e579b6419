import { deployment, endpoints, pod, replicaSet, service, type KubernetesObject } from '@network-mapper/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { calls, report, unmapped } from './reports.ts';
import type { RunningMapper } from './running-mapper.ts';
import { namespace, startSmallCluster, workload, type SmallCluster } from './small-cluster.ts';

let cluster: SmallCluster;
let running: RunningMapper;

beforeEach(async () => {
  cluster = await startSmallCluster();
  ({ running } = cluster);
});
afterEach(() => cluster[Symbol.asyncDispose]());

const web = '10.0.0.1';

/** Two Deployments behind one Service at 10.96.0.9: pods 10.0.0.11 and 10.0.0.12. */
function blueAndGreen(): readonly KubernetesObject[] {
  return [
    ...workload('blue', '10.0.0.11', { labels: { app: 'catalog' } }),
    ...workload('green', '10.0.0.12', { labels: { app: 'catalog' } }),
    service({
      name: 'catalog',
      namespace,
      clusterIp: '10.96.0.9',
      selector: { app: 'catalog' },
      ports: [{ port: 80 }],
    }),
  ];
}

test('a Service without a selector stands for the pods that its endpoints name', async () => {
  await cluster.put(
    service({ name: 'by-hand', namespace, clusterIp: '10.96.0.8', ports: [{ port: 80 }] }),
    endpoints({ name: 'by-hand', namespace, ips: ['10.0.0.2'], ports: [{ port: 80 }] }),
  );
  await report(running, 'tcp', {
    srcIp: web,
    destinations: [{ destination: '10.96.0.8', destinationIP: '10.96.0.8', destinationPort: 80 }],
  });
  expect(await calls(running)).toEqual(['shop/web -> shop/cart']);
});

test('an ExternalName Service is a name outside the cluster', async () => {
  await cluster.put(service({ name: 'database', namespace, type: 'ExternalName', externalName: 'db.example.com' }));
  await report(running, 'dns', {
    srcIp: web,
    destinations: [{ destination: 'database.shop.svc.cluster.local', destinationIP: '192.0.2.7', TTL: 30 }],
  });
  const { body } = await running.ask('{ externalTraffic { nodes { client { name } dnsName addresses } } }');
  expect(body.data?.externalTraffic).toEqual({
    nodes: [{ client: { name: 'web' }, dnsName: 'db.example.com', addresses: ['192.0.2.7'] }],
  });
});

test('a headless Service stands for its pods, in both address families', async () => {
  const owner = deployment({ name: 'cache', namespace });
  const set = replicaSet({ name: 'cache-1', namespace, owner });
  await cluster.put(
    owner,
    set,
    pod({ name: 'cache-0', namespace, ips: ['10.0.0.30', 'fd00:244::30'], owner: set, labels: { app: 'cache' } }),
    service({ name: 'cache', namespace, selector: { app: 'cache' }, ports: [{ port: 6379 }] }),
  );
  await report(running, 'dns', {
    srcIp: web,
    destinations: [{ destination: 'cache.shop.svc.cluster.local', destinationIP: 'fd00:244::30' }],
  });
  await report(running, 'tcp', {
    srcIp: 'fd00:244::30',
    destinations: [{ destination: '10.0.0.2', destinationIP: '10.0.0.2' }],
  });
  expect(await calls(running)).toEqual(['shop/cache -> shop/cart', 'shop/web -> shop/cache']);
});

test('a Service with cluster addresses of both families is found by each', async () => {
  await cluster.put(
    service({
      name: 'cart6',
      namespace,
      clusterIps: ['10.96.0.6', 'fd00:96::6'],
      selector: { app: 'cart' },
      ports: [{ port: 80 }],
    }),
  );
  await report(running, 'tcp', {
    srcIp: web,
    destinations: [{ destination: 'fd00:96::6', destinationIP: 'fd00:96::6' }],
  });
  expect(await calls(running)).toEqual(['shop/web -> shop/cart']);
});

test('node ports and load balancers lead to their Service, from pods and from outside', async () => {
  const edge = service({
    name: 'edge',
    namespace,
    type: 'NodePort',
    clusterIp: '10.96.0.5',
    selector: { app: 'cart' },
    ports: [{ port: 80 }],
  });
  await cluster.put(
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n1' },
      status: { addresses: [{ type: 'InternalIP', address: '192.168.0.1' }] },
    },
    { ...edge, spec: { ...(edge.spec as object), ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }] } },
    {
      ...service({
        name: 'public',
        namespace,
        clusterIp: '10.96.0.4',
        selector: { app: 'cart' },
        ports: [{ port: 443 }],
      }),
      status: { loadBalancer: { ingress: [{ ip: '203.0.113.5' }] } },
    },
  );
  await expect
    .poll(
      async () =>
        (await running.ask('{ serviceIdentity(address: "192.168.0.1") { reason } }')).body.data?.serviceIdentity,
    )
    .toEqual({ reason: 'node-address' });
  const nodePort = { destination: '192.168.0.1', destinationIP: '192.168.0.1', destinationPort: 30080 };
  const balancer = { destination: '203.0.113.5', destinationIP: '203.0.113.5', destinationPort: 443 };
  await report(
    running,
    'tcp',
    { srcIp: web, destinations: [nodePort] },
    { srcIp: '198.51.100.1', destinations: [nodePort, balancer] },
  );
  expect(await calls(running)).toEqual(['shop/web -> shop/cart']);
  const { body } = await running.ask('{ incomingTraffic { nodes { server { name } address ports } } }');
  expect(body.data?.incomingTraffic).toEqual({
    nodes: [{ server: { name: 'cart' }, address: '198.51.100.1', ports: [443, 30080] }],
  });
});

test('the API server is a client by its own address, but other processes of a node that it shares are not', async () => {
  await cluster.put(
    service({ name: 'kubernetes', namespace: 'default', clusterIp: '10.96.0.1', ports: [{ port: 443 }] }),
    endpoints({
      name: 'kubernetes',
      namespace: 'default',
      ips: ['172.20.0.10', '192.168.0.1'],
      ports: [{ port: 6443 }],
    }),
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n1' },
      status: { addresses: [{ type: 'InternalIP', address: '192.168.0.1' }] },
    },
  );
  await expect
    .poll(
      async () =>
        (await running.ask('{ serviceIdentity(address: "192.168.0.1") { reason } }')).body.data?.serviceIdentity,
    )
    .toEqual({ reason: 'api-server-address' });
  const destinations = [{ destination: '10.0.0.2', destinationIP: '10.0.0.2' }];
  await report(running, 'tcp', { srcIp: '172.20.0.10', destinations }, { srcIp: '192.168.0.1', destinations });
  await report(running, 'tcp', {
    srcIp: web,
    destinations: [{ destination: '10.96.0.1', destinationIP: '10.96.0.1', destinationPort: 443 }],
  });
  expect(await calls(running)).toEqual(['default/kubernetes -> shop/cart', 'shop/web -> default/kubernetes']);
  expect(await unmapped(running)).toEqual(['host-network: 192.168.0.1 -> 10.0.0.2']);
});

test('a Service over two Deployments stands for the first until a connection shows which pod was reached', async () => {
  await cluster.put(...blueAndGreen());
  const asked = {
    srcIp: web,
    destinations: [{ destination: 'catalog.shop.svc.cluster.local', destinationIP: '10.96.0.9' }],
  };
  await report(running, 'dns', asked);
  expect(await calls(running)).toEqual(['shop/web -> shop/blue']);

  const reached = { destination: '10.96.0.9', destinationIP: '10.0.0.12', destinationPort: 80 };
  await report(running, 'tcp', { srcIp: web, destinations: [reached] });
  expect(await calls(running)).toEqual(['shop/web -> shop/green']);

  // The name alone does not bring the guess back: it counts for the server that is known.
  await report(running, 'dns', asked);
  const { body } = await running.ask('{ intents { server { name kubernetesService } evidence count ports } }');
  expect(body.data?.intents).toEqual([
    { server: { name: 'green', kubernetesService: 'catalog' }, evidence: ['DNS', 'TCP'], count: 3, ports: [80] },
  ]);
});

test('a connection to a pod’s own address withdraws the guess too', async () => {
  await cluster.put(...blueAndGreen());
  await report(running, 'dns', { srcIp: web, destinations: [{ destination: 'catalog.shop.svc.cluster.local' }] });
  await report(running, 'tcp', {
    srcIp: web,
    destinations: [{ destination: '10.0.0.12', destinationIP: '10.0.0.12' }],
  });
  expect(await calls(running)).toEqual(['shop/web -> shop/green']);
});

test('a guess that a connection of its own supports stays', async () => {
  await cluster.put(...blueAndGreen());
  await report(running, 'dns', { srcIp: web, destinations: [{ destination: 'catalog.shop.svc.cluster.local' }] });
  await report(running, 'tcp', {
    srcIp: web,
    destinations: ['10.0.0.11', '10.0.0.12'].map(ip => ({ destination: ip, destinationIP: ip })),
  });
  expect(await calls(running)).toEqual(['shop/web -> shop/blue', 'shop/web -> shop/green']);
});

test('a guess of one client says nothing of another', async () => {
  await cluster.put(...blueAndGreen());
  await report(running, 'dns', { srcIp: web, destinations: [{ destination: 'catalog.shop.svc.cluster.local' }] });
  await report(running, 'tcp', {
    srcIp: '10.0.0.2',
    destinations: [{ destination: '10.0.0.12', destinationIP: '10.0.0.12' }],
  });
  expect(await calls(running)).toEqual(['shop/cart -> shop/green', 'shop/web -> shop/blue']);
});
