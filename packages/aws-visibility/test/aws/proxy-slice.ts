import { object, type KubernetesObject } from '@network-mapper/testkit';

/** Where the proxy's Service leads. */
export interface ProxyEndpoint {
  readonly namespace: string;
  readonly address: string;
  readonly ready: boolean;
}

/** The EndpointSlice of the proxy's Service, with one endpoint. */
export function proxySlice({ namespace, address, ready }: ProxyEndpoint): KubernetesObject {
  const slice = object({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    name: 'otterize-iamlive-1',
    namespace,
    labels: { 'kubernetes.io/service-name': 'otterize-iamlive' },
  });
  const rest = { addressType: 'IPv4', endpoints: [{ addresses: [address], conditions: { ready } }] };
  return { ...slice, ...rest };
}
