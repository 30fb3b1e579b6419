import { matchLabels, type Dialect } from './dialect.ts';

/**
 * AuthorizationPolicy, security.istio.io/v1 (https://istio.io/latest/docs/reference/config/security/authorization-policy/).
 * It is about who is called: it has no rules for what a workload calls. The map does not say that a connection was made
 * with mutual TLS, nor with which account: clients are distinguished by their namespaces, never by principals.
 */
export const authorizationPolicy: Dialect = {
  refusal: ({ direction, peer }) => {
    if (direction === 'egress') return 'an AuthorizationPolicy does not limit what is called: leave out --egress';
    if (peer.kind === 'host' || peer.kind === 'api-server')
      return `${peer.kind === 'host' ? `${peer.workload.namespace}/${peer.workload.name} on the host network` : 'the Kubernetes API'} calls it, without a proxy of the mesh that would say who it is`;
    return undefined;
  },
  render: ({ rules, name, namespace, annotations }) => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name, namespace, annotations },
    spec: {
      selector: matchLabels(rules[0]?.subject.labels ?? []),
      action: 'ALLOW',
      rules: rules.map(({ peer, ports }) => ({
        ...(peer.kind === 'workload' && { from: [{ source: { namespaces: [peer.workload.namespace] } }] }),
        // A proxy carries TCP only.
        ...(ports !== 'all' && { to: [{ operation: { ports: ports.map(({ port }) => String(port)) } }] }),
      })),
    },
  }),
};
