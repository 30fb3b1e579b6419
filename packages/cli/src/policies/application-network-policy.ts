import type { Dialect } from './dialect.ts';
import { networkPolicy, networkPolicySpec, peersOf } from './network-policy.ts';

/**
 * ApplicationNetworkPolicy, networking.k8s.aws/v1alpha1, of EKS Auto Mode: a NetworkPolicy whose egress rules also know
 * names (https://docs.aws.amazon.com/eks/latest/userguide/auto-net-pol.html).
 */
export const applicationNetworkPolicy: Dialect = {
  refusal: rule => (rule.peer.kind === 'name' ? undefined : networkPolicy.refusal(rule)),
  render: ({ rules, name, namespace, annotations }) => ({
    apiVersion: 'networking.k8s.aws/v1alpha1',
    kind: 'ApplicationNetworkPolicy',
    metadata: { name, namespace, annotations },
    spec: networkPolicySpec(rules, (peer, ownNamespace) => {
      if (peer.kind === 'name') return [{ domainNames: [peer.dnsName] }];
      // The resolver of EKS Auto Mode runs on the node, outside of any pod.
      if (peer.kind === 'dns') return peersOf({ kind: 'anywhere' }, ownNamespace);
      return peersOf(peer, ownNamespace);
    }),
  }),
};
