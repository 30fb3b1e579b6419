import { placeOf, sortedBy, type MapCall, type NetworkMap, type WorkloadName } from '../network-map.ts';
import type { AllowRule, PolicyPort, Refused, RuleEvidence, Selected } from './allow-rule.ts';

export interface AllowOptions {
  /** Only policies of workloads in these namespaces; of all when empty. */
  readonly namespaces: readonly string[];
  /** Whether also what workloads call is limited. */
  readonly egress: boolean;
  /** Whether the port of the Service is allowed too, for networks that look before its translation. */
  readonly servicePort: boolean;
}

export interface Allowed {
  readonly rules: readonly AllowRule[];
  readonly refused: readonly Refused[];
}

type Direction = AllowRule['direction'];

/**
 * What policies have to allow so that all calls of the map go on. A workload of which one call cannot be allowed is
 * refused as a whole: a policy for it would break that call.
 */
export function allowRules(map: NetworkMap, options: AllowOptions): Allowed {
  const directions: readonly Direction[] = options.egress ? ['ingress', 'egress'] : ['ingress'];
  const subjects = new Map(
    map.calls
      .flatMap(({ client, server }) => (options.egress ? [client, server] : [server]))
      .filter(({ namespace }) => options.namespaces.length === 0 || options.namespaces.includes(namespace))
      .map(({ name, namespace }) => [placeOf({ name, namespace }), { name, namespace }]),
  );
  const rules: AllowRule[] = [];
  const refused: Refused[] = [];
  for (const subject of sortedBy([...subjects.values()], placeOf)) {
    const result = rulesOf(subject, { map, directions, options });
    if ('reason' in result) refused.push({ ...subject, reason: result.reason });
    else rules.push(...result.rules);
  }
  return { rules, refused };
}

interface Given {
  readonly map: NetworkMap;
  readonly directions: readonly Direction[];
  readonly options: AllowOptions;
}

type Result = { readonly rules: readonly AllowRule[] } | { readonly reason: string };

function rulesOf(name: WorkloadName, { map, directions, options }: Given): Result {
  const subject = select(map, name);
  if ('reason' in subject) return subject;
  const outside = outsideOf(map, { name, directions });
  if (outside !== undefined) return { reason: outside };
  const rules: AllowRule[] = [];
  for (const direction of directions) {
    const [own, other] = direction === 'ingress' ? (['server', 'client'] as const) : (['client', 'server'] as const);
    const calls = map.calls.filter(call => placeOf(call[own]) === placeOf(name));
    const peers = Map.groupBy(calls, call => placeOf(call[other]));
    for (const peerCalls of sortedBy([...peers.entries()], ([place]) => place).map(([, group]) => group)) {
      const [first] = peerCalls;
      if (first === undefined) continue;
      const peer = select(map, first[other]);
      if ('reason' in peer) return { reason: `its ${other} ${placeOf(first[other])} cannot be named: ${peer.reason}` };
      rules.push({
        subject,
        direction,
        peer: { kind: 'workload', workload: peer },
        ports: portsOf(peerCalls, options),
        evidence: evidenceOf(peerCalls),
      });
    }
    if (direction === 'egress' && calls.length > 0)
      rules.push({ subject, direction, peer: { kind: 'dns' }, ports: dnsPorts, evidence: undefined });
  }
  return { rules };
}

/** DNS asks over UDP, and over TCP where an answer is long (RFC 7766). */
const dnsPorts: readonly PolicyPort[] = [
  { port: 53, protocol: 'UDP' },
  { port: 53, protocol: 'TCP' },
];

const problems: Readonly<Record<string, string>> = {
  'unknown-workload': 'no pod belongs to a workload of that name',
  'named-by-override': 'an annotation or label names it, which no selector follows',
  'no-selector': 'its owner selects its pods by nothing',
  expressions: 'its owner selects its pods by expressions',
  unreadable: 'its owner could not be read',
};

function select({ workloads }: NetworkMap, name: WorkloadName): Selected | { readonly reason: string } {
  const found = workloads.find(workload => placeOf(workload) === placeOf(name));
  if (found === undefined) return { reason: 'the snapshot does not say what selects its pods' };
  const { matchLabels, problem } = found;
  if (matchLabels !== null && matchLabels.length > 0)
    return { name: name.name, namespace: name.namespace, labels: sortedBy(matchLabels, ({ key }) => key) };
  return { reason: problems[problem ?? 'no-selector'] ?? problem ?? 'it has no selector' };
}

/** Why calls across the cluster's border forbid a policy. */
function outsideOf(
  { incoming, external }: NetworkMap,
  { name, directions }: { readonly name: WorkloadName; readonly directions: readonly Direction[] },
): string | undefined {
  const caller = incoming.find(({ server }) => placeOf(server) === placeOf(name));
  if (caller !== undefined && directions.includes('ingress'))
    return `it is called from outside of the cluster (${caller.address}): which addresses may is for you to say`;
  const called = external.find(({ client }) => placeOf(client) === placeOf(name));
  if (called !== undefined && directions.includes('egress'))
    return `it calls ${called.dnsName}, and a NetworkPolicy has no rules for names`;
  return undefined;
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
  const counts = calls.map(({ sightings }) => sightings?.count);
  return {
    kinds: [...new Set(calls.flatMap(({ evidence }) => evidence))].toSorted(),
    count: counts.reduce<number | undefined>(
      (sum, count) => (sum === undefined || count === undefined ? undefined : sum + count),
      0,
    ),
  };
}
