import { parseAllDocuments } from 'yaml';
import { describe, expect, test } from 'vitest';
import type { NetworkMap } from '../../src/network-map.ts';
import { call, mapOf, service, SnapshotFolder, workload } from '../known-map.ts';
import { run } from '../run-command.ts';

interface Exported {
  readonly code: number;
  readonly stderr: string;
  /** By namespace and name of the object. */
  readonly objects: Readonly<Record<string, { readonly spec: Readonly<Record<string, unknown>> }>>;
}

async function exported(map: NetworkMap, ...flags: readonly string[]): Promise<Exported> {
  await using folder = new SnapshotFolder();
  const { code, stdout, stderr } = await run(['export', '--from', await folder.write(map), ...flags]);
  const objects = parseAllDocuments(stdout).map(
    document => document.toJS() as { metadata: { name: string; namespace?: string }; spec: Record<string, unknown> },
  );
  return {
    code,
    stderr,
    objects: Object.fromEntries(objects.map(each => [`${each.metadata.namespace ?? ''}/${each.metadata.name}`, each])),
  };
}

const web = service('shop/web');
const edges = [
  call('shop/web > shop/cart'),
  call('shop/cart > data/redis', { endpoints: [{ port: 6379, targetPort: 6379, protocol: 'TCP' }] }),
  call('shop/cart > default/kubernetes', { endpoints: [{ port: 443, targetPort: 6443, protocol: 'TCP' }] }),
];
const known = mapOf(edges);
const outside: NetworkMap = {
  ...mapOf(edges.slice(0, 1)),
  external: [{ client: web, dnsName: 'api.example.com' }],
};
const app = (name: string) => ({ matchLabels: { app: name } });
const space = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });

test('Cilium: names are allowed with the rule of DNS that makes them known, the API as an entity', async () => {
  const { objects, code } = await exported(outside, '--as', 'cilium', '--egress');
  expect(code).toBe(0);
  const dns = [
    { port: '53', protocol: 'UDP' },
    { port: '53', protocol: 'TCP' },
  ];
  const toDns = [{ ports: dns, rules: { dns: [{ matchPattern: '*' }] } }];
  expect(objects['shop/network-mapper-web']?.spec).toEqual({
    endpointSelector: app('web'),
    egress: [
      {
        toEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'shop', app: 'cart' } }],
        toPorts: [{ ports: [{ port: '8080', protocol: 'TCP' }] }],
      },
      { toFQDNs: [{ matchName: 'api.example.com' }] },
      {
        toEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'kube-system', 'k8s-app': 'kube-dns' } }],
        toPorts: toDns,
      },
      { toCIDR: ['169.254.20.10/32'], toPorts: toDns },
    ],
  });
  const { objects: toApi } = await exported(known, '--as', 'cilium', '--egress');
  expect(toApi['shop/network-mapper-cart']?.spec.egress).toContainEqual({
    toEntities: ['kube-apiserver'],
    toPorts: [{ ports: [{ port: '6443', protocol: 'TCP' }] }],
  });
});

test('Calico: a rule for each protocol, ports always the server’s', async () => {
  const { objects } = await exported(known, '--as', 'calico', '--egress');
  expect(objects['data/network-mapper-redis']?.spec).toEqual({
    order: 1000,
    selector: "app == 'redis'",
    types: ['Ingress'],
    ingress: [
      {
        action: 'Allow',
        protocol: 'TCP',
        source: { selector: "app == 'cart'", namespaceSelector: "kubernetes.io/metadata.name == 'shop'" },
        destination: { ports: [6379] },
      },
    ],
  });
  expect(objects['shop/network-mapper-web']?.spec.egress).toContainEqual({
    action: 'Allow',
    protocol: 'UDP',
    destination: { nets: ['169.254.20.10/32'], ports: [53] },
  });
});

test('ClusterNetworkPolicy: what is accepted goes before what is denied, and it is of no namespace', async () => {
  const { objects } = await exported(known, '--as', 'cluster-network-policy', '-n', 'data');
  expect(objects['/network-mapper-data-redis']?.spec).toEqual({
    tier: 'Baseline',
    priority: 100,
    subject: { pods: { namespaceSelector: space('data'), podSelector: app('redis') } },
    ingress: [
      {
        action: 'Accept',
        from: [{ pods: { namespaceSelector: space('shop'), podSelector: app('cart') } }],
        protocols: [{ tcp: { destinationPort: { number: 6379 } } }],
      },
      { name: 'deny-others', action: 'Deny', from: [{ namespaces: {} }] },
    ],
  });
});

test('EKS: a NetworkPolicy with names, and DNS on the node', async () => {
  const { objects } = await exported(outside, '--as', 'eks', '--egress');
  expect(objects['shop/network-mapper-web']?.spec.egress).toEqual([
    { to: [{ podSelector: app('cart') }], ports: [{ protocol: 'TCP', port: 8080 }] },
    { to: [{ domainNames: ['api.example.com'] }] },
    {
      to: [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }],
      ports: [
        { protocol: 'UDP', port: 53 },
        { protocol: 'TCP', port: 53 },
      ],
    },
  ]);
});

test('Istio: clients by their namespaces, since nothing says that a call was made with mutual TLS', async () => {
  const { objects, stderr } = await exported(known, '--as', 'istio');
  expect(objects['data/network-mapper-redis']?.spec).toEqual({
    selector: app('redis'),
    action: 'ALLOW',
    rules: [{ from: [{ source: { namespaces: ['shop'] } }], to: [{ operation: { ports: ['6379'] } }] }],
  });
  expect(stderr).toBe('');
  expect((await exported(known, '--as', 'istio', '--egress')).stderr).toContain('leave out --egress');
});

describe('a client on the host network, which no selector finds,', () => {
  const map: NetworkMap = {
    ...mapOf(edges.slice(0, 1)),
    workloads: [workload('shop/web', { hostAddresses: ['192.168.0.7', 'fd00::7'] }), workload('shop/cart')],
  };

  test.each<[string, object]>([
    [
      'network-policy',
      {
        ingress: [
          {
            from: [{ ipBlock: { cidr: '192.168.0.7/32' } }, { ipBlock: { cidr: 'fd00::7/128' } }],
            ports: [{ protocol: 'TCP', port: 8080 }],
          },
        ],
      },
    ],
    [
      'cilium',
      {
        ingress: [{ fromEntities: ['host', 'remote-node'], toPorts: [{ ports: [{ port: '8080', protocol: 'TCP' }] }] }],
      },
    ],
    [
      'calico',
      {
        ingress: [
          {
            action: 'Allow',
            protocol: 'TCP',
            source: { nets: ['192.168.0.7/32', 'fd00::7/128'] },
            destination: { ports: [8080] },
          },
        ],
      },
    ],
  ])('is allowed by address or entity: %s', async (dialect, spec) => {
    const { objects, code } = await exported(map, '--as', dialect);
    expect(code).toBe(0);
    expect(objects['shop/network-mapper-cart']?.spec).toMatchObject(spec);
  });

  test.each(['istio', 'cluster-network-policy'])('leads to a refusal where neither can be said: %s', async dialect => {
    const { code, stderr, objects } = await exported(map, '--as', dialect);
    expect({ code, objects: Object.keys(objects) }).toEqual({ code: 3, objects: [] });
    expect(stderr).toContain('No policy for shop/cart: ');
    expect(stderr).toContain('on the host network');
  });

  test('has no policy of its own, since none would count', async () => {
    const { stderr } = await exported(map, '--as', 'network-policy', '--egress');
    expect(stderr).toContain('No policy for shop/web: its pods are on the host network');
  });
});

test('the resolvers of the cluster are not limited to those who were seen to ask them', async () => {
  const dnsLabels = [{ key: 'k8s-app', value: 'kube-dns' }];
  const map: NetworkMap = {
    ...mapOf([call('shop/web > kube-system/coredns')]),
    workloads: [workload('shop/web'), workload('kube-system/coredns', { matchLabels: dnsLabels })],
  };
  expect((await exported(map, '--as', 'network-policy')).stderr).toContain("it is the cluster's resolver");
});

test('who is called from outside may be opened to everybody', async () => {
  const map = {
    ...mapOf(edges.slice(0, 1)),
    incoming: [{ server: service('shop/cart'), address: '192.0.2.1', ports: [443] }],
  };
  const { objects, code } = await exported(map, '--as', 'network-policy', '--allow-outside');
  expect(code).toBe(0);
  expect(objects['shop/network-mapper-cart']?.spec.ingress).toContainEqual({
    from: [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }],
  });
});

test('a call through a node port comes from the address of a node: it is refused by name, or anybody may make it', async () => {
  const throughNode = { endpoints: [{ port: 30_080, targetPort: 8080, protocol: 'TCP' }] };
  const map = mapOf([call('shop/web > shop/cart', throughNode), call('shop/cart > data/redis')]);
  const refused = await exported(map, '--as', 'network-policy', '--egress');
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain('No policy for shop/cart: shop/web calls it through node port 30080, and then has');
  expect(refused.stderr).toContain(
    'No policy for shop/web: it calls shop/cart through node port 30080, at the address',
  );
  const { objects, code } = await exported(map, '--as', 'network-policy', '--egress', '--allow-outside');
  expect(code).toBe(0);
  const anywhere = [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }];
  expect(objects['shop/network-mapper-cart']?.spec.ingress).toEqual([
    { from: [{ podSelector: app('web') }], ports: [{ protocol: 'TCP', port: 8080 }] },
    { from: anywhere, ports: [{ protocol: 'TCP', port: 8080 }] },
  ]);
  expect(objects['shop/network-mapper-web']?.spec.egress).toContainEqual({
    to: anywhere,
    ports: [{ protocol: 'TCP', port: 30_080 }],
  });
  // A Service whose pods have such a port themselves is no node port.
  const own = { endpoints: [{ port: 30_080, targetPort: 30_080, protocol: 'TCP' }] };
  expect((await exported(mapOf([call('shop/web > shop/cart', own)]), '--as', 'network-policy')).code).toBe(0);
});

test('more rules than a ClusterNetworkPolicy takes are refused by name', async () => {
  const many = Array.from({ length: 30 }, (_, at) =>
    call(`shop/w${at} > shop/cart`, { endpoints: [{ port: 80, targetPort: 8000 + at, protocol: 'TCP' }] }),
  );
  const { stderr, code } = await exported(mapOf(many), '--as', 'cluster-network-policy');
  expect(code).toBe(3);
  expect(stderr).toContain('No policy for shop/cart: a ClusterNetworkPolicy has at most 25 rules');
});
