import type { AllowRule, Peer } from './allow-rule.ts';
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

/** NetworkPolicy, networking.k8s.io/v1 (https://kubernetes.io/docs/concepts/services-networking/network-policies/). */
export const networkPolicy: Dialect = {
  refusal: ({ peer, direction }) => {
    if (peer.kind === 'name') return `it calls ${peer.dnsName}, and a NetworkPolicy has no rules for names`;
    if (peer.kind === 'api-server' && direction === 'ingress')
      return 'the Kubernetes API calls it, from addresses that no selector finds';
    return undefined;
  },
  render: ({ rules, name, namespace, annotations }) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace, annotations },
    spec: networkPolicySpec(rules, peersOf),
  }),
};

/** The specification that NetworkPolicy and ApplicationNetworkPolicy share; they differ in the peers they know. */
export function networkPolicySpec(
  rules: readonly AllowRule[],
  toPeers: (peer: Peer, ownNamespace: string) => readonly object[],
): object {
  const { ingress, egress } = directionsOf(rules);
  const [first] = rules;
  return {
    podSelector: matchLabels(first?.subject.labels ?? []),
    policyTypes: [...(ingress.length > 0 ? ['Ingress'] : []), ...(egress.length > 0 ? ['Egress'] : [])],
    ...(ingress.length > 0 && { ingress: ingress.map(rule => ruleOf(rule, 'from')) }),
    ...(egress.length > 0 && { egress: egress.map(rule => ruleOf(rule, 'to')) }),
  };

  function ruleOf(rule: AllowRule, side: 'from' | 'to'): object {
    const { ports, peer, subject } = rule;
    return {
      [side]: toPeers(peer, subject.namespace),
      ...(ports !== 'all' && { ports: ports.map(({ port, protocol }) => ({ protocol, port })) }),
    };
  }
}

export function peersOf(peer: Peer, ownNamespace: string): readonly object[] {
  switch (peer.kind) {
    case 'workload': {
      const { namespace, labels } = peer.workload;
      const elsewhere = namespace !== ownNamespace && { namespaceSelector: inNamespace(namespace) };
      return [{ ...elsewhere, podSelector: matchLabels(labels) }];
    }
    case 'host':
      return peer.addresses.map(address => ({ ipBlock: { cidr: cidrOf(address) } }));
    case 'dns':
      return [
        { namespaceSelector: inNamespace(dnsPods.namespace), podSelector: matchLabels(dnsPods.labels) },
        { ipBlock: { cidr: nodeLocalDns } },
      ];
    case 'api-server':
    case 'anywhere':
      return everywhere.map(cidr => ({ ipBlock: { cidr } }));
    case 'name':
      return [];
  }
}
