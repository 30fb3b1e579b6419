import { peerWords, type AllowRule, type Peer, type PolicyPort, type Selected } from './allow-rule.ts';
import {
  cidrOf,
  directionsOf,
  dnsPods,
  everywhere,
  inNamespace,
  matchLabels,
  nodeLocalDns,
  type Dialect,
} from './dialect.ts';

/** Rules of one direction, and peers of one rule, that the definition of the resource takes (v0.3.0). */
const most = 25;

/**
 * ClusterNetworkPolicy, policy.networking.k8s.io/v1beta1 (https://network-policy-api.sigs.k8s.io). Of the Baseline
 * tier, so that a NetworkPolicy of a namespace goes before it; what no rule accepts is denied by the last one.
 */
export const clusterNetworkPolicy: Dialect = {
  refusal: ({ peer, direction }) => {
    if (peer.kind === 'name') return `it calls ${peer.dnsName}, and the Baseline tier has no rules for names`;
    if (direction === 'ingress' && peer.kind !== 'workload')
      return `it is called by ${peerWords(peer)}, and a ClusterNetworkPolicy has no ingress rules but for pods`;
    return undefined;
  },
  render: ({ rules, name, namespace, annotations }) => {
    const { ingress, egress } = directionsOf(rules);
    const [accepted, called] = [rulesOf(ingress, 'from'), rulesOf(egress, 'to')];
    if (Math.max(accepted.length, called.length) >= most)
      return { tooMuch: `a ClusterNetworkPolicy has at most ${most} rules of a direction, and it needs more` };
    return {
      apiVersion: 'policy.networking.k8s.io/v1beta1',
      kind: 'ClusterNetworkPolicy',
      metadata: { name: name.replace('network-mapper-', `network-mapper-${namespace}-`), annotations },
      spec: {
        tier: 'Baseline',
        priority: 100,
        subject: { pods: podsOf({ namespace, labels: rules[0]?.subject.labels ?? [] }) },
        ...(accepted.length > 0 && { ingress: [...accepted, { ...denied, from: [anyPod] }] }),
        ...(called.length > 0 && { egress: [...called, { ...denied, to: [anyPod, { networks: everywhere }] }] }),
      },
    };
  },
};

const denied = { name: 'deny-others', action: 'Deny' };
const anyPod = { namespaces: {} };

/** Peers with the same ports share a rule: there may not be many. */
function rulesOf(rules: readonly AllowRule[], side: 'from' | 'to'): readonly object[] {
  const groups = Map.groupBy(rules, ({ ports }) => JSON.stringify(ports));
  return [...groups.values()].flatMap(group => {
    const peers = group.flatMap(({ peer }) => peersOf(peer));
    const ports = group[0]?.ports ?? 'all';
    return Array.from({ length: Math.ceil(peers.length / most) }, (_, at) => ({
      action: 'Accept',
      [side]: peers.slice(at * most, (at + 1) * most),
      ...(ports !== 'all' && { protocols: ports.map(protocolOf) }),
    }));
  });
}

function protocolOf({ port, protocol }: PolicyPort): object {
  return { [protocol.toLowerCase()]: { destinationPort: { number: port } } };
}

function peersOf(peer: Peer): readonly object[] {
  switch (peer.kind) {
    case 'workload':
      return [{ pods: podsOf(peer.workload) }];
    case 'dns':
      return [{ pods: podsOf(dnsPods) }, { networks: [nodeLocalDns] }];
    case 'host':
      return [{ networks: peer.addresses.map(cidrOf) }];
    case 'api-server':
    case 'anywhere':
      return [{ networks: everywhere }];
    case 'name':
      return [];
  }
}

function podsOf({ namespace, labels }: Pick<Selected, 'namespace' | 'labels'>): object {
  return { namespaceSelector: inNamespace(namespace), podSelector: matchLabels(labels) };
}
