import type { MapLabel } from '../network-map.ts';
import type { AllowRule, Peer } from './allow-rule.ts';
import { reviewReason, sightingsOf, weakestEvidence } from './policy-review.ts';

/** A NetworkPolicy (networking.k8s.io/v1) for one workload. */
export interface NetworkPolicy {
  /** Why somebody should look at it first. */
  readonly review: readonly string[];
  readonly object: object;
}

/** The address on which NodeLocal DNSCache listens (kubernetes/cluster/addons/dns/nodelocaldns). */
const nodeLocalDns = '169.254.20.10/32';

/**
 * The policy of one workload from its rules. A direction without rules is not limited: with a list that is empty all
 * would be denied.
 */
export function networkPolicy(rules: readonly AllowRule[]): NetworkPolicy | undefined {
  const [first] = rules;
  if (first === undefined) return undefined;
  const { subject } = first;
  const review = rules.map(reviewReason).filter(reason => reason !== undefined);
  const ingress = rules.filter(({ direction }) => direction === 'ingress');
  const egress = rules.filter(({ direction }) => direction === 'egress');
  const sightings = sightingsOf(rules);
  const weakest = weakestEvidence(rules);
  const annotations = {
    ...(sightings !== undefined && { 'network-mapper/sightings': String(sightings) }),
    ...(weakest !== undefined && { 'network-mapper/weakest-evidence': weakest }),
    ...(review.length > 0 && { 'network-mapper/review': review.join('; ') }),
  };
  return {
    review,
    object: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `network-mapper-${subject.name}`, namespace: subject.namespace, annotations },
      spec: {
        podSelector: selector(subject.labels),
        policyTypes: [...(ingress.length > 0 ? ['Ingress'] : []), ...(egress.length > 0 ? ['Egress'] : [])],
        ...(ingress.length > 0 && {
          ingress: ingress.map(rule => ({ from: peersOf(rule.peer, subject.namespace), ...portsOf(rule) })),
        }),
        ...(egress.length > 0 && {
          egress: egress.map(rule => ({ to: peersOf(rule.peer, subject.namespace), ...portsOf(rule) })),
        }),
      },
    },
  };
}

function portsOf({ ports }: AllowRule): object {
  return ports === 'all' ? {} : { ports: ports.map(({ port, protocol }) => ({ protocol, port })) };
}

function peersOf(peer: Peer, ownNamespace: string): readonly object[] {
  if (peer.kind === 'dns') {
    const resolvers = {
      namespaceSelector: inNamespace('kube-system'),
      podSelector: selector([{ key: 'k8s-app', value: 'kube-dns' }]),
    };
    return [resolvers, { ipBlock: { cidr: nodeLocalDns } }];
  }
  const { namespace, labels } = peer.workload;
  return [
    {
      ...(namespace !== ownNamespace && { namespaceSelector: inNamespace(namespace) }),
      podSelector: selector(labels),
    },
  ];
}

function selector(labels: readonly MapLabel[]): object {
  return { matchLabels: Object.fromEntries(labels.map(({ key, value }) => [key, value])) };
}

/** Every namespace has this label (Kubernetes 1.22 and later). */
function inNamespace(name: string): object {
  return selector([{ key: 'kubernetes.io/metadata.name', value: name }]);
}
