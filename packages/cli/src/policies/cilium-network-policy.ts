import type { AllowRule, Peer, PolicyPort, Selected } from './allow-rule.ts';
import { directionsOf, dnsPods, matchLabels, nodeLocalDns, type Dialect } from './dialect.ts';

/** CiliumNetworkPolicy, cilium.io/v2 (https://docs.cilium.io/en/stable/security/policy/language/). */
export const ciliumNetworkPolicy: Dialect = {
  refusal: () => undefined,
  render: ({ rules, name, namespace, annotations }) => {
    const { ingress, egress } = directionsOf(rules);
    const [first] = rules;
    return {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: { name, namespace, annotations },
      spec: {
        endpointSelector: matchLabels(first?.subject.labels ?? []),
        ...(ingress.length > 0 && { ingress: ingress.map(ruleOf) }),
        ...(egress.length > 0 && { egress: egress.flatMap(rule => [ruleOf(rule), ...nodeLocalRule(rule)]) }),
      },
    };
  },
};

function ruleOf(rule: AllowRule): object {
  return { ...peerOf(rule.peer, rule.direction), ...portsOf(rule) };
}

/** Of `toFQDNs` only names count whose answers Cilium's DNS proxy has seen: the rule for DNS has to be one of L7. */
const seenByProxy = { rules: { dns: [{ matchPattern: '*' }] } };

function portsOf({ ports, peer }: AllowRule): object {
  if (ports === 'all') return {};
  return { toPorts: [{ ports: ports.map(portOf), ...(peer.kind === 'dns' && seenByProxy) }] };
}

function portOf({ port, protocol }: PolicyPort): object {
  return { port: String(port), protocol };
}

function nodeLocalRule(rule: AllowRule): readonly object[] {
  return rule.peer.kind === 'dns' ? [{ toCIDR: [nodeLocalDns], ...portsOf(rule) }] : [];
}

/** The source of a namespace in selectors of endpoints. */
const namespaceKey = 'k8s:io.kubernetes.pod.namespace';

function peerOf(peer: Peer, direction: AllowRule['direction']): object {
  const side = (what: string) => `${direction === 'ingress' ? 'from' : 'to'}${what}`;
  const pods = ({ namespace, labels }: Pick<Selected, 'namespace' | 'labels'>) => ({
    [side('Endpoints')]: [matchLabels([{ key: namespaceKey, value: namespace }, ...labels])],
  });
  switch (peer.kind) {
    case 'workload':
      return pods(peer.workload);
    case 'dns':
      return pods(dnsPods);
    case 'host':
      return { [side('Entities')]: ['host', 'remote-node'] };
    case 'api-server':
      return { [side('Entities')]: ['kube-apiserver'] };
    case 'anywhere':
      return { [side('Entities')]: ['all'] };
    case 'name':
      return { toFQDNs: [{ matchName: peer.dnsName }] };
  }
}
