import type { Sighting } from '@network-mapper/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClusterView } from '../cluster/cluster-view.ts';
import { Interner } from '../interner.ts';
import type { ResolveContext } from './context.ts';
import { DnsNames } from './dns-name.ts';
import { Identities } from './identity.ts';
import type { PodRecord, ServiceRecord } from './lookups.ts';
import { resolve } from './resolve.ts';

/**
 * What happens to a small cluster, one thing a second: a pod of an app comes to an address that is free, or the pod
 * there goes.
 */
const happenings = fc.array(
  fc.record({
    address: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'),
    app: fc.constantFrom('web', 'cart', 'stock'),
  }),
  { minLength: 1, maxLength: 40 },
);

const sightings = fc.array(
  fc.record({
    evidence: fc.constantFrom('DNS', 'TCP', 'SOCKET'),
    client: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'),
    server: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', 'web', 'cart', 'stock'),
    second: fc.integer({ min: -1, max: 41 }),
  }),
  { minLength: 1, maxLength: 20 },
);

interface Life {
  readonly pod: PodRecord;
  readonly app: string;
  readonly address: string;
  readonly from: number;
  readonly to: number;
}

const start = Date.parse('2025-06-01T10:00:00Z');
const clusterIps = { web: '10.96.0.1', cart: '10.96.0.2', stock: '10.96.0.3' } as const;
type App = keyof typeof clusterIps;

/** Lives through what happens; answers the cluster as it is known then, and all lives that there were. */
function live(plan: readonly { address: string; app: string }[]): { context: ResolveContext; lives: readonly Life[] } {
  const clock = { now: start };
  const pods = new Map<string, PodRecord>();
  const view = new ClusterView({ apiServerPrefixLength: 32, podAt: key => pods.get(key) }, () => clock.now);
  const lives: Life[] = [];
  const holders = new Map<string, Life>();
  for (const [index, { address, app }] of plan.entries()) {
    clock.now = start + index * 1000;
    const holder = holders.get(address);
    if (holder === undefined) {
      const pod = podOf(app, { address, name: `${app}-${index}`, createdAt: clock.now });
      pods.set(`shop/${pod.name}`, pod);
      view.podChanged(`shop/${pod.name}`, undefined, pod);
      holders.set(address, { pod, app, address, from: clock.now, to: Infinity });
    } else {
      pods.delete(`shop/${holder.pod.name}`);
      view.podChanged(`shop/${holder.pod.name}`, holder.pod, undefined);
      holders.delete(address);
      lives.push({ ...holder, to: clock.now });
    }
  }
  lives.push(...holders.values());
  for (const [app, clusterIp] of Object.entries(clusterIps)) {
    view.serviceChanged(`shop/${app}`, undefined, serviceOf(app, clusterIp));
    const endpoints = [...holders.values()]
      .filter(life => life.app === app)
      .map(({ pod }) => ({ addresses: [], ready: true, pod: `shop/${pod.name}` }));
    view.endpointSliceChanged(`shop/${app}-1`, undefined, { service: `shop/${app}`, endpoints, ports: [] });
  }
  const noOwners = { peek: () => undefined, read: () => Promise.reject(new Error('no pod here has an owner')) };
  const interner = new Interner();
  const now = (): number => clock.now;
  const identities = new Identities({ owners: noOwners, interner, now, jobsByImage: false });
  const options = { trustAfter: 0, requireHostname: false };
  return {
    context: {
      lookups: view,
      identities,
      interner,
      names: new DnsNames('cluster.local'),
      now,
      options,
      clientProvenances: new WeakMap(),
      standIns: new WeakMap(),
      isLastTry: false,
    },
    lives,
  };
}

function podOf(
  app: string,
  { address, name, createdAt }: { address: string; name: string; createdAt: number },
): PodRecord {
  return {
    namespace: 'shop',
    name,
    uid: name,
    staticUid: undefined,
    nodeName: undefined,
    createdAt,
    startedAt: createdAt,
    endedAt: undefined,
    phase: 'running',
    deleting: false,
    hostNetwork: false,
    addresses: [address],
    hostname: name,
    labels: [],
    override: { name: app, by: 'annotation' },
    owner: undefined,
    hasLinkerdSidecar: false,
    imageName: undefined,
  };
}

function serviceOf(name: string, clusterIp: string): ServiceRecord {
  return {
    namespace: 'shop',
    name,
    externalName: undefined,
    clusterIps: [clusterIp],
    externalIps: [],
    opensNodePorts: false,
    ports: [{ name: '', port: 80, nodePort: undefined, protocol: 'TCP' }],
  };
}

/** The answer by looking through all lives: `web -> cart`, or nothing. */
function expected(
  lives: readonly Life[],
  seen: { client: string; server: string; evidence: string; at: number },
): string | undefined {
  const holding = (address: string): Life | undefined =>
    lives.find(life => life.address === address && life.from <= seen.at && seen.at < life.to);
  const client = holding(seen.client);
  if (client === undefined) return undefined;
  if (!isApp(seen.server)) {
    // A bare address is no name that DNS was asked for in the cluster.
    const server = seen.evidence === 'DNS' ? undefined : holding(seen.server);
    return server === undefined ? undefined : `${client.app} -> ${server.app}`;
  }
  const backends = lives
    .filter(life => life.app === seen.server && life.to === Infinity)
    .sort((a, b) => (a.address < b.address ? -1 : 1));
  const living = backends.filter(life => life.from <= seen.at);
  // A name stands for any pod that lived; of a connection to the Service's address the first pod speaks for all.
  const found = seen.evidence === 'DNS' ? living.length > 0 : backends[0] !== undefined && living[0] === backends[0];
  return found ? `${client.app} -> ${seen.server}` : undefined;
}

function isApp(text: string): text is App {
  return text in clusterIps;
}

function toSighting({
  evidence,
  client,
  server,
  at,
}: {
  evidence: 'DNS' | 'TCP' | 'SOCKET';
  client: string;
  server: string;
  at: number;
}): Sighting {
  const seen = { client: { kind: 'address', ip: client }, at, firstAt: at, count: 1 } as const;
  if (evidence === 'DNS') {
    const name = isApp(server) ? `${server}.shop.svc.cluster.local` : server;
    return { ...seen, evidence, server: { kind: 'name', name }, detail: { kind: 'dns' } };
  }
  const ip = isApp(server) ? clusterIps[server] : server;
  return { ...seen, evidence, server: { kind: 'address', ip }, detail: { kind: 'connection', sourcePorts: [] } };
}

test('whatever came and went in a cluster, each sighting is resolved to those who lived at its time', () => {
  fc.assert(
    fc.property(happenings, sightings, (plan, seen) => {
      const { context, lives } = live(plan);
      for (const { second, ...parties } of seen) {
        // Halves of seconds: nothing happens at the moment that a sighting is of.
        const sighting = { ...parties, at: start + second * 1000 + 500 };
        const resolution = resolve(toSighting(sighting), context);
        const resolved =
          resolution.kind === 'intent'
            ? `${resolution.client.workload.name} -> ${resolution.server.workload.name}`
            : undefined;
        expect(resolved).toBe(expected(lives, sighting));
      }
    }),
    { numRuns: 500 },
  );
});
