import type { KubeObject } from '@network-mapper/kube';

/** A proxy of the mesh that can be read. */
export interface Proxy {
  readonly kind: 'envoy' | 'ztunnel';
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly ip: string;
}

/** The container of every proxy of Istio, sidecar, gateway or ztunnel. */
export const proxyContainer = 'istio-proxy';

interface PodObject {
  readonly spec?: {
    readonly containers?: readonly { readonly name?: string }[];
    /** A sidecar may stand here (KEP-753); from Istio 1.27 on it does where Kubernetes allows it. */
    readonly initContainers?: readonly { readonly name?: string }[];
  };
  readonly status?: { readonly phase?: string; readonly podIPs?: readonly { readonly ip?: string }[] };
}

/** The proxy of a pod, while it runs. */
export function toProxy(object: KubeObject): Proxy | undefined {
  const { metadata, spec, status } = object as KubeObject & PodObject;
  const ip = status?.podIPs?.[0]?.ip;
  if (status?.phase !== 'Running' || metadata.deletionTimestamp !== undefined || ip === undefined) return undefined;
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  if (!containers.some(({ name }) => name === proxyContainer)) return undefined;
  return {
    kind: metadata.labels?.app === 'ztunnel' ? 'ztunnel' : 'envoy',
    namespace: metadata.namespace ?? '',
    pod: metadata.name,
    uid: metadata.uid,
    ip,
  };
}
