import { parseAllDocuments } from 'yaml';
import { expect, test } from 'vitest';
import type { NetworkMap } from '../src/network-map.ts';
import { version } from '../src/version.ts';
import { call, mapOf, SnapshotFolder, service, workload } from './known-map.ts';
import { run } from './run-command.ts';

async function exported(map: NetworkMap, ...flags: readonly string[]) {
  await using folder = new SnapshotFolder();
  const path = await folder.write(map);
  return await run(['export', '--as', 'network-policy', '--from', path, ...flags]);
}

const shop = mapOf([call('shop/web > shop/cart'), call('shop/cart > data/redis', { evidence: ['SOCKET'] })]);

test('the clients of a server may call it at the port of its pods; clients alone are not limited', async () => {
  const { code, stdout, stderr } = await exported(shop);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(`---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: network-mapper-redis
  namespace: data
  annotations:
    network-mapper/version: ${version}
    network-mapper/window: 2026-01-02T03:04:05.678Z/2026-01-02T03:05:06.7Z
    network-mapper/sightings: "12"
    network-mapper/weakest-evidence: SOCKET
spec:
  podSelector:
    matchLabels:
      app: redis
  policyTypes:
    - Ingress
  ingress:
    - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: shop
          podSelector:
            matchLabels:
              app: cart
      ports:
        - protocol: TCP
          port: 8080
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: network-mapper-cart
  namespace: shop
  annotations:
    network-mapper/version: ${version}
    network-mapper/window: 2026-01-02T03:04:05.678Z/2026-01-02T03:05:06.7Z
    network-mapper/sightings: "12"
    network-mapper/weakest-evidence: TCP
spec:
  podSelector:
    matchLabels:
      app: cart
  policyTypes:
    - Ingress
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app: web
      ports:
        - protocol: TCP
          port: 8080
`);
});

test('where egress is limited, what is called and DNS are allowed, and no rule list is empty', async () => {
  const { stdout } = await exported(shop, '--egress', '-n', 'shop');
  const specs = parseAllDocuments(stdout).map(document => (document.toJS() as { spec: object }).spec);
  const dns = {
    to: [
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
        podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
      },
      { ipBlock: { cidr: '169.254.20.10/32' } },
    ],
    ports: [
      { protocol: 'UDP', port: 53 },
      { protocol: 'TCP', port: 53 },
    ],
  };
  const ports = [{ protocol: 'TCP', port: 8080 }];
  const app = (name: string) => ({ podSelector: { matchLabels: { app: name } } });
  const data = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'data' } } };
  expect(specs).toEqual([
    {
      ...app('cart'),
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [app('web')], ports }],
      egress: [{ to: [{ ...data, ...app('redis') }], ports }, dns],
    },
    { ...app('web'), policyTypes: ['Egress'], egress: [{ to: [app('cart')], ports }, dns] },
  ]);
});

test("the Service's port is allowed too where the network looks before its translation", async () => {
  const { stdout } = await exported(shop, '--service-port', '--dry-run', '-n', 'shop');
  expect(stdout).toBe('shop/cart may be called by shop/web on TCP 80, TCP 8080\n');
});

test('what rests on a guess or one sighting stands at the end, with the reason', async () => {
  const sightings = { firstSeen: '2026-01-02T03:04:05Z', lastSeen: '2026-01-02T03:04:05Z', count: 1 };
  const map = mapOf([
    call('shop/web > shop/a-once', { sightings }),
    call('shop/web > shop/b-name', { evidence: ['DNS'], ports: [], endpoints: [] }),
    call('shop/web > shop/c-port', { endpoints: [{ port: 80, targetPort: null, protocol: 'TCP' }] }),
    call('shop/web > shop/sure'),
  ]);
  const { stdout } = await exported(map);
  expect(stdout.match(/(name: network-mapper-.*|# To review|network-mapper\/review: .*)/g)).toEqual([
    'name: network-mapper-sure',
    '# To review',
    'name: network-mapper-a-once',
    'network-mapper/review: "shop/web: seen once"',
    'name: network-mapper-b-name',
    'network-mapper/review: "shop/web: only a name was asked for"',
    'name: network-mapper-c-port',
    'network-mapper/review: "shop/web: port not known, all are allowed"',
  ]);
  expect((await exported(map, '--dry-run')).stdout).toContain('shop/c-port may be called by shop/web on all ports');
});

const noSelector = { matchLabels: null, problem: 'expressions' };
const cart = service('shop/cart');

test.each([
  {
    title: 'that nothing selects',
    map: { ...shop, workloads: [workload('shop/web'), workload('shop/cart', noSelector)] },
    reason: 'its owner selects its pods by expressions',
  },
  {
    title: 'of which one client cannot be selected',
    map: { ...shop, workloads: [workload('shop/web', noSelector), workload('shop/cart')] },
    reason: 'its client shop/web cannot be named: its owner selects its pods by expressions',
  },
  {
    title: 'that is called from outside',
    map: { ...shop, incoming: [{ server: cart, address: '192.0.2.1', ports: [] }] },
    reason: 'it is called from outside of the cluster (192.0.2.1): --allow-outside lets anybody call it',
  },
  {
    title: 'that calls a name outside, where egress is limited',
    map: { ...shop, external: [{ client: cart, dnsName: 'example.com' }] },
    flags: ['--egress'],
    reason: 'it calls example.com, and a NetworkPolicy has no rules for names',
  },
])('a workload $title is refused by name, and the exit code is 3', async ({ map, flags = [], reason }) => {
  const { code, stdout, stderr } = await exported(map, ...flags, '-n', 'shop');
  expect(code).toBe(3);
  expect(stderr).toContain(`No policy for shop/cart: ${reason}.\n`);
  expect(stdout).not.toContain('name: network-mapper-cart');
});

test('an empty map gives no policies, and says so', async () => {
  const { code, stdout, stderr } = await exported(mapOf([]));
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toBe('No policy: the map has no calls to workloads that can be selected.\n');
});
