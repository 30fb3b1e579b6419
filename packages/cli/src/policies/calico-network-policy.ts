import type { MapLabel } from '../network-map.ts';
import type { AllowRule, Peer } from './allow-rule.ts';
import { cidrOf, directionsOf, dnsPods, namespaceLabel, nodeLocalDns, type Dialect } from './dialect.ts';
import { networkPolicy } from './network-policy.ts';

/** NetworkPolicy, projectcalico.org/v3 (https://docs.tigera.io/calico/latest/reference/resources/networkpolicy). */
export const calicoNetworkPolicy: Dialect = {
  refusal: rule => networkPolicy.refusal(rule)?.replace('a NetworkPolicy', 'a policy of open-source Calico'),
  render: ({ rules, name, namespace, annotations }) => {
    const { ingress, egress } = directionsOf(rules);
    const [first] = rules;
    return {
      apiVersion: 'projectcalico.org/v3',
      kind: 'NetworkPolicy',
      metadata: { name, namespace, annotations },
      spec: {
        order: 1000,
        selector: selectorOf(first?.subject.labels ?? []),
        types: [...(ingress.length > 0 ? ['Ingress'] : []), ...(egress.length > 0 ? ['Egress'] : [])],
        ...(ingress.length > 0 && { ingress: ingress.flatMap(rulesOf) }),
        ...(egress.length > 0 && { egress: egress.flatMap(rulesOf) }),
      },
    };
  },
};

/** A rule of Calico is about one protocol, and about one way to say who the peer is. */
function rulesOf(rule: AllowRule): readonly object[] {
  const { direction, peer, subject } = rule;
  const [side, otherSide] = direction === 'ingress' ? ['source', 'destination'] : ['destination', 'source'];
  return entitiesOf(peer, subject.namespace).flatMap(entity =>
    portGroups(rule).map(({ protocol, ports }) => ({
      action: 'Allow',
      ...(protocol !== undefined && { protocol }),
      // Ports are always the server's.
      ...(direction === 'ingress'
        ? { ...(entity !== undefined && { [side]: entity }), ...(ports && { [otherSide]: { ports } }) }
        : { [side]: { ...entity, ...(ports && { ports }) } }),
    })),
  );
}

interface PortGroup {
  readonly protocol: string | undefined;
  readonly ports: readonly number[] | undefined;
}

function portGroups({ ports }: AllowRule): readonly PortGroup[] {
  if (ports === 'all') return [{ protocol: undefined, ports: undefined }];
  return [...Map.groupBy(ports, ({ protocol }) => protocol)].map(([protocol, group]) => ({
    protocol,
    ports: group.map(({ port }) => port),
  }));
}

/** Undefined for anybody. */
function entitiesOf(peer: Peer, ownNamespace: string): readonly (object | undefined)[] {
  switch (peer.kind) {
    case 'workload': {
      const { namespace, labels } = peer.workload;
      return [{ selector: selectorOf(labels), ...(namespace !== ownNamespace && inNamespace(namespace)) }];
    }
    case 'dns':
      return [{ selector: selectorOf(dnsPods.labels), ...inNamespace(dnsPods.namespace) }, { nets: [nodeLocalDns] }];
    case 'host':
      return [{ nets: peer.addresses.map(cidrOf) }];
    case 'api-server':
    case 'anywhere':
      return [undefined];
    case 'name':
      return [];
  }
}

function selectorOf(labels: readonly MapLabel[]): string {
  return labels.map(({ key, value }) => `${key} == '${value}'`).join(' && ');
}

function inNamespace(name: string): object {
  return { namespaceSelector: `${namespaceLabel} == '${name}'` };
}
