import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { node, service } from '@network-mapper/testkit';
import { expect, test } from 'vitest';
import { namespace, startSmallCluster, workload } from '../../packages/mapper/test/small-cluster.ts';

const packages = join(import.meta.dirname, '../../packages');

/** What there is on the map: calls, incoming traffic and calls to the outside, one a line. */
interface Mapped {
  readonly map: readonly string[];
  /** What was seen and is not on the map, by reason. */
  readonly unmapped: Readonly<Record<string, number>>;
}

interface Named {
  readonly name: string;
}

interface Answered {
  readonly intents: readonly { readonly client: Named; readonly server: Named }[];
  readonly externalTraffic: { readonly nodes: readonly { readonly client: Named; readonly dnsName: string }[] };
  readonly incomingTraffic: {
    readonly nodes: readonly { readonly server: Named; readonly address: string; readonly ports: readonly number[] }[];
  };
  readonly unmapped: { readonly totals: readonly { readonly reason: string; readonly count: number }[] };
}

/** Replays a capture file of the sniffer's tests through sniffer and mapper, in the cluster that it was made for. */
async function replay(file: string): Promise<Mapped> {
  await using cluster = await startSmallCluster({ now: Date.now() + 60_000 });
  const edge = service({
    name: 'edge',
    namespace,
    type: 'NodePort',
    clusterIp: '10.96.0.5',
    selector: { app: 'cart' },
    ports: [],
  });
  const balancer = service({
    name: 'public',
    namespace,
    type: 'LoadBalancer',
    clusterIp: '10.96.0.4',
    selector: { app: 'cart' },
    ports: [{ port: 443 }],
  });
  await cluster.put(
    ...workload('orders', '10.0.0.3'),
    ...workload('cache', '10.0.0.4'),
    node({ name: 'n1', ips: ['192.168.7.1'] }),
    { ...edge, spec: { ...(edge.spec as object), ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }] } },
    { ...balancer, status: { loadBalancer: { ingress: [{ ip: '203.0.113.5' }] } } },
  );
  const program = [join(packages, 'sniffer/src/main.ts'), '--as-if-now', '--pcap'];
  await promisify(execFile)(process.execPath, [...program, join(packages, 'sniffer/test/fixtures/pcap', file)], {
    env: { ...process.env, OTTERIZE_MAPPER_API_URL: `${cluster.running.url}/query` },
  });
  const { body } = await cluster.running.ask(`{
    intents { client { name } server { name } }
    externalTraffic { nodes { client { name } dnsName } }
    incomingTraffic { nodes { server { name } address ports } }
    unmapped { totals { reason count } }
  }`);
  const { intents, externalTraffic, incomingTraffic, unmapped } = body.data as unknown as Answered;
  return {
    map: [
      ...intents.map(({ client, server }) => `${client.name} -> ${server.name}`),
      ...externalTraffic.nodes.map(({ client, dnsName }) => `${client.name} -> ${dnsName}`),
      ...incomingTraffic.nodes.map(({ server, address, ports }) => `${address} -> ${server.name}:${ports.join()}`),
    ],
    unmapped: Object.fromEntries(unmapped.totals.map(({ reason, count }) => [reason, count])),
  };
}

test('a scan of ports that are closed is not on the map, but counted', async () => {
  expect(await replay('synscan.pcap')).toEqual({ map: [], unmapped: { 'not-accepted': 3 } });
});

test.each([
  ['a workload that calls itself through its Service', 'hairpin-random.pcap', 'cart -> cart'],
  ['a client outside, by a node port with masquerading', 'nodeport-cluster-masq.pcap', '198.51.100.9 -> cart:30080'],
  ['a client outside, by a node port of the pod’s node', 'nodeport-local.pcap', '198.51.100.9 -> cart:30080'],
  ['a client outside, by a load balancer', 'loadbalancer-local.pcap', '198.51.100.9 -> cart:443'],
  ['a lookup at a DNS server that answers from port 5353', 'dns-port-5353.pcap', 'web -> cart'],
  ['a lookup that the cluster’s resolver makes for a pod', 'resolver.pcap', 'web -> www.example.com'],
])('%s is one line of the map', async (_, file, line) => {
  expect(await replay(file)).toEqual({ map: [line], unmapped: {} });
});

test('the answer 0.0.0.0 is no call to the outside', async () => {
  expect(await replay('zero-answer.pcap')).toEqual({ map: [], unmapped: {} });
});
