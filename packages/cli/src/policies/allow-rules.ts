import { placeOf, sortedBy, type MapCall, type NetworkMap, type WorkloadName } from '../network-map.ts';
import type { AllowRule, Peer, PolicyPort, Refused, RuleEvidence, Selected } from './allow-rule.ts';
import { isResolver, podsOf } from './pods-of.ts';

export interface AllowOptions {
  /** Only policies of workloads in these namespaces; of all when empty. */
  readonly namespaces: readonly string[];
  /** Whether also what workloads call is limited. */
  readonly egress: boolean;
  /** Whether the port of the Service is allowed too, for networks that look before its translation. */
  readonly servicePort: boolean;
  /** Whether workloads that were called from outside may be called from anywhere. */
  readonly allowOutside: boolean;
}

export interface Allowed {
  /** The rules of each workload that has all of them. */
  readonly workloads: readonly (readonly AllowRule[])[];
  readonly refused: readonly Refused[];
}

type Direction = AllowRule['direction'];

/**
 * What policies have to allow so that all calls of the map go on. A workload of which one call cannot be allowed is
 * refused as a whole: a policy for it would break that call. The Kubernetes API is no workload.
 */
export function allowRules(map: NetworkMap, options: AllowOptions): Allowed {
  const subjects = new Map(
    map.calls
      .flatMap(({ client, server }) => (options.egress ? [client, server] : [server]))
      .filter(({ namespace }) => options.namespaces.length === 0 || options.namespaces.includes(namespace))
      .filter(name => !isApiServer(name))
      .map(({ name, namespace }) => [placeOf({ name, namespace }), { name, namespace }]),
  );
  const results = sortedBy([...subjects.values()], placeOf).map(subject => ({
    subject,
    result: rulesOf(subject, { map, options }),
  }));
  return {
    workloads: results.flatMap(({ result }) => ('rules' in result && result.rules.length > 0 ? [result.rules] : [])),
    refused: results.flatMap(({ subject, result }) =>
      'reason' in result ? [{ ...subject, reason: result.reason }] : [],
    ),
  };
}

interface Given {
  readonly map: NetworkMap;
  readonly options: AllowOptions;
}

type Result = { readonly rules: readonly AllowRule[] } | { readonly reason: string };

function rulesOf(name: WorkloadName, { map, options }: Given): Result {
  const subject = podsOf(map, name);
  if ('reason' in subject) return subject;
  if (subject.kind === 'host')
    return { reason: 'its pods are on the host network, where policies of pods do not count' };
  const { workload } = subject;
  if (isResolver(workload)) return { reason: "it is the cluster's resolver, which everybody calls, seen or not" };
  const directions: readonly Direction[] = options.egress ? ['ingress', 'egress'] : ['ingress'];
  const rules: AllowRule[] = [];
  for (const direction of directions) {
    const found = rulesOfDirection(workload, { map, options, direction });
    if ('reason' in found) return found;
    rules.push(...found.rules);
  }
  return { rules };
}

function rulesOfDirection(
  subject: Selected,
  { map, options, direction }: Given & { readonly direction: Direction },
): Result {
  const [own, other] = direction === 'ingress' ? (['server', 'client'] as const) : (['client', 'server'] as const);
  const calls = map.calls.filter(call => placeOf(call[own]) === placeOf(subject));
  const rules: AllowRule[] = [];
  for (const [place, group] of sortedBy([...Map.groupBy(calls, call => placeOf(call[other]))], ([key]) => key)) {
    const [first] = group;
    if (first === undefined) continue;
    const peer: Peer | { readonly reason: string } = isApiServer(first[other])
      ? { kind: 'api-server' }
      : podsOf(map, first[other]);
    if ('reason' in peer) return { reason: `its ${other} ${place} cannot be named: ${peer.reason}` };
    const rule = { subject, direction, ports: portsOf(group, options), evidence: evidenceOf(group) };
    rules.push({ ...rule, peer });
    const nodePorts = nodePortsOf(group);
    if (nodePorts.length === 0) continue;
    if (!options.allowOutside) return { reason: `${nodePortWords[direction](place, nodePorts)} --allow-outside` };
    rules.push({ ...rule, peer: { kind: 'anywhere' }, ...(direction === 'egress' && { ports: nodePorts }) });
  }
  const outside = outsideRules(subject, { map, options, direction });
  if ('reason' in outside) return outside;
  rules.push(...outside.rules);
  if (direction === 'egress' && rules.length > 0)
    rules.push({ subject, direction, peer: { kind: 'dns' }, ports: dnsPorts, evidence: undefined });
  return { rules };
}

/** What crosses the cluster's border. */
function outsideRules(
  subject: Selected,
  { map, options, direction }: Given & { readonly direction: Direction },
): Result {
  const rule = (peer: Peer): AllowRule => ({
    subject,
    direction,
    peer,
    ports: 'all',
    evidence: { kinds: ['TCP'], seen: undefined },
  });
  if (direction === 'egress') {
    const names = map.external
      .filter(({ client }) => placeOf(client) === placeOf(subject))
      .map(({ dnsName }) => dnsName);
    return { rules: [...new Set(names)].toSorted().map(dnsName => rule({ kind: 'name', dnsName })) };
  }
  const caller = map.incoming.find(({ server }) => placeOf(server) === placeOf(subject));
  if (caller === undefined) return { rules: [] };
  if (options.allowOutside) return { rules: [rule({ kind: 'anywhere' })] };
  return {
    reason: `it is called from outside of the cluster (${caller.address}): --allow-outside lets anybody call it`,
  };
}

/** Ports that the API server gives to Services of type NodePort, unless `--service-node-port-range` is another. */
const nodePortRange = { first: 30_000, last: 32_767 };

/**
 * The ports of nodes through which calls went. A node to which such a call comes gives it on from its own address
 * (https://kubernetes.io/docs/tutorials/services/source-ip/), and its caller sends it to a node, not to a pod.
 */
function nodePortsOf(calls: readonly MapCall[]): readonly PolicyPort[] {
  return calls
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ port, targetPort }) => port !== targetPort && port >= nodePortRange.first && port <= nodePortRange.last)
    .map(({ port, protocol }) => ({ port, protocol: protocol === 'UDP' ? 'UDP' : 'TCP' }));
}

const nodePortWords: Readonly<Record<Direction, (place: string, ports: readonly PolicyPort[]) => string>> = {
  ingress: (place, ports) =>
    `${place} calls it through node port ${portWords(ports)}, and then has the address of a node, which no selector finds: it is opened to anybody with`,
  egress: (place, ports) =>
    `it calls ${place} through node port ${portWords(ports)}, at the address of a node, which no selector finds: it may call that port anywhere with`,
};

function portWords(ports: readonly PolicyPort[]): string {
  return ports.map(({ port }) => port).join(', ');
}

/** DNS asks over UDP, and over TCP where an answer is long (RFC 7766). */
const dnsPorts: readonly PolicyPort[] = [
  { port: 53, protocol: 'UDP' },
  { port: 53, protocol: 'TCP' },
];

function isApiServer({ name, namespace }: WorkloadName): boolean {
  return name === 'kubernetes' && namespace === 'default';
}

/** A call whose port at the pod is not known may go to any: a policy with a wrong port would break it. */
function portsOf(calls: readonly MapCall[], { servicePort }: AllowOptions): AllowRule['ports'] {
  const ports = new Map<string, PolicyPort>();
  const add = (port: PolicyPort) => ports.set(`${port.protocol} ${String(port.port).padStart(5, '0')}`, port);
  if (calls.every(({ endpoints }) => endpoints.length === 0)) return 'all';
  for (const { port, targetPort, protocol } of calls.flatMap(({ endpoints }) => endpoints)) {
    if (targetPort === null) return 'all';
    const numbers = servicePort ? [targetPort, port] : [targetPort];
    const protocols = (['TCP', 'UDP'] as const).filter(each => protocol === null || protocol === each);
    for (const number of numbers) for (const each of protocols) add({ port: number, protocol: each });
  }
  return sortedBy([...ports], ([key]) => key).map(([, port]) => port);
}

function evidenceOf(calls: readonly MapCall[]): RuleEvidence {
  const seen = calls.map(({ sightings }) => sightings).filter(sightings => sightings !== undefined);
  const [first] = seen.map(({ firstSeen }) => firstSeen).sort();
  const last = seen
    .map(({ lastSeen }) => lastSeen)
    .sort()
    .at(-1);
  return {
    kinds: [...new Set(calls.flatMap(({ evidence }) => evidence))].toSorted(),
    seen:
      first === undefined || last === undefined || seen.length < calls.length
        ? undefined
        : { first, last, count: seen.reduce((sum, { count }) => sum + count, 0) },
  };
}
