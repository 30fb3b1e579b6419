import { BlockList } from 'node:net';
import type { WorkloadName } from '../network-map.ts';
import type { Labels, LabelSelector, PodFacts, PolicyObject, PolicyPeer, PolicyRule } from './pod-facts.ts';

/** A connection that would be opened now. */
export interface Connection {
  readonly client: PodFacts;
  readonly server: PodFacts;
  readonly protocol: string;
  /** Of the server's pod. */
  readonly port: number;
}

type Direction = 'ingress' | 'egress';

interface Blocking extends WorkloadName {
  readonly direction: Direction;
}

/**
 * The NetworkPolicies that block a connection: those that isolate one of its pods where none of them allows it
 * (https://kubernetes.io/docs/concepts/services-networking/network-policies/). Empty where it is allowed.
 */
export function blockingPolicies(connection: Connection, policies: readonly PolicyObject[]): readonly Blocking[] {
  return (['egress', 'ingress'] as const).flatMap(direction => {
    const subject = direction === 'ingress' ? connection.server : connection.client;
    // Pods on the host network are not isolated by policies of pods.
    if (subject.hostNetwork) return [];
    const isolating = policies.filter(policy => isolates(policy, { subject, direction }));
    const isAllowed = isolating.some(policy =>
      (policy.spec[direction] ?? []).some(rule => allows(rule, { connection, direction, policy })),
    );
    return isAllowed ? [] : isolating.map(({ metadata: { name, namespace } }) => ({ name, namespace, direction }));
  });
}

function isolates(
  { metadata, spec }: PolicyObject,
  { subject, direction }: { readonly subject: PodFacts; readonly direction: Direction },
): boolean {
  const types = spec.policyTypes ?? ['Ingress', ...(spec.egress === undefined ? [] : ['Egress'])];
  const type = direction === 'ingress' ? 'Ingress' : 'Egress';
  return metadata.namespace === subject.namespace && types.includes(type) && selects(spec.podSelector, subject.labels);
}

interface Asked {
  readonly connection: Connection;
  readonly direction: Direction;
  readonly policy: PolicyObject;
}

function allows(rule: PolicyRule, { connection, direction, policy }: Asked): boolean {
  const peers = (direction === 'ingress' ? rule.from : rule.to) ?? [];
  const other = direction === 'ingress' ? connection.client : connection.server;
  const isPeer = peers.length === 0 || peers.some(peer => matches(peer, { pod: other, policy }));
  return isPeer && allowsPort(rule.ports ?? [], connection);
}

function allowsPort(ports: NonNullable<PolicyRule['ports']>, { protocol, port, server }: Connection): boolean {
  if (ports.length === 0) return true;
  return ports.some(allowed => {
    if ((allowed.protocol ?? 'TCP') !== protocol) return false;
    if (allowed.port === undefined) return true;
    if (typeof allowed.port === 'string') return server.namedPorts[allowed.port] === port;
    return port >= allowed.port && port <= (allowed.endPort ?? allowed.port);
  });
}

function matches(
  { ipBlock, namespaceSelector, podSelector }: PolicyPeer,
  { pod, policy }: { readonly pod: PodFacts; readonly policy: PolicyObject },
): boolean {
  if (ipBlock !== undefined)
    return pod.addresses.some(address => isWithin(address, [ipBlock.cidr]) && !isWithin(address, ipBlock.except ?? []));
  if (pod.hostNetwork) return false;
  const isNamespace =
    namespaceSelector === undefined
      ? pod.namespace === policy.metadata.namespace
      : selects(namespaceSelector, pod.namespaceLabels);
  return isNamespace && selects(podSelector, pod.labels);
}

function isWithin(address: string, ranges: readonly string[]): boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', length = ''] = range.split('/');
    list.addSubnet(network, Number(length), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector = {}, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
        default:
          return false;
      }
    })
  );
}
