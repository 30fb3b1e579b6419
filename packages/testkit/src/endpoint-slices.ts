import type { KubernetesApi } from './kubernetes-api.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

interface Port {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
  readonly targetPort?: number | string;
}
interface Pod extends KubernetesObject {
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly { readonly ports?: readonly NamedPort[] }[];
  };
  readonly status: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip: string }[];
  };
}
interface NamedPort {
  readonly name?: string;
  readonly containerPort: number;
}
interface Service extends KubernetesObject {
  readonly spec: { readonly selector?: Readonly<Record<string, string>>; readonly ports?: readonly Port[] };
}
interface Endpoints extends KubernetesObject {
  readonly subsets?: readonly {
    readonly addresses?: readonly EndpointAddress[];
    readonly notReadyAddresses?: readonly EndpointAddress[];
    readonly ports?: readonly Port[];
  }[];
}
interface EndpointAddress {
  readonly ip: string;
  readonly targetRef?: { readonly kind?: string; readonly name?: string; readonly namespace?: string };
}

const families = [
  { addressType: 'IPv4', suffix: '', includes: (ip: string) => !ip.includes(':') },
  { addressType: 'IPv6', suffix: '-v6', includes: (ip: string) => ip.includes(':') },
] as const;

function slice(
  owner: KubernetesObject,
  content: { suffix: string; addressType: string; endpoints: readonly unknown[]; ports: readonly unknown[] },
) {
  const { suffix, ...rest } = content;
  const { name, namespace, uid } = owner.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-slice${suffix}`,
      ...(namespace !== undefined && { namespace }),
      labels: { 'kubernetes.io/service-name': name },
      ownerReferences: [{ apiVersion: 'v1', kind: owner.kind, name, uid: uid ?? '', controller: true }],
    },
    ...rest,
  };
}

/** The number of a target port on a pod: named ports are looked up in its containers. */
function portOn(pod: Pod, { port, targetPort = port }: Port): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  const ports = pod.spec.containers.flatMap(container => container.ports ?? []);
  return ports.find(({ name }) => name === targetPort)?.containerPort;
}

function ofService(service: Service, pods: readonly Pod[]): readonly KubernetesObject[] {
  const selector = Object.entries(service.spec.selector ?? {});
  if (selector.length === 0) return [];
  const backends = pods.filter(
    ({ metadata, status }) =>
      metadata.namespace === service.metadata.namespace &&
      (status.phase === 'Running' || status.phase === 'Pending') &&
      selector.every(([key, value]) => metadata.labels?.[key] === value),
  );
  return families.flatMap(({ includes, ...family }) => {
    const endpoints = backends.flatMap(pod => {
      const addresses = (pod.status.podIPs ?? []).map(({ ip }) => ip).filter(includes);
      if (addresses.length === 0) return [];
      const targetRef = {
        kind: 'Pod',
        name: pod.metadata.name,
        namespace: pod.metadata.namespace,
        uid: pod.metadata.uid,
      };
      const ready = pod.status.phase === 'Running' && pod.metadata.deletionTimestamp === undefined;
      return [
        {
          addresses,
          conditions: { ready, serving: ready, terminating: false },
          nodeName: pod.spec.nodeName,
          targetRef,
        },
      ];
    });
    if (endpoints.length === 0) return [];
    const ports = (service.spec.ports ?? []).map(port => ({
      name: port.name ?? '',
      port: backends.map(pod => portOn(pod, port)).find(number => number !== undefined),
      protocol: port.protocol ?? 'TCP',
    }));
    return [slice(service, { ...family, endpoints, ports })];
  });
}

function ofEndpoints(endpoints: Endpoints): readonly KubernetesObject[] {
  return (endpoints.subsets ?? []).flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }, index) =>
    families.flatMap(({ includes, ...family }) => {
      const all = [
        ...addresses.map(address => ({ address, ready: true })),
        ...notReadyAddresses.map(address => ({ address, ready: false })),
      ];
      const inFamily = all.filter(({ address }) => includes(address.ip));
      if (inFamily.length === 0) return [];
      return slice(endpoints, {
        addressType: family.addressType,
        suffix: `${family.suffix}${index === 0 ? '' : `-${String(index)}`}`,
        endpoints: inFamily.map(({ address: { ip, targetRef }, ready }) => ({
          addresses: [ip],
          conditions: { ready },
          ...(targetRef && { targetRef }),
        })),
        ports: ports.map(port => ({ name: port.name ?? '', port: port.port, protocol: port.protocol ?? 'TCP' })),
      });
    }),
  );
}

/**
 * Does what the controllers of EndpointSlices do, once: makes the slices of the services and the hand-written Endpoints
 * there are now, removes others.
 */
export function updateEndpointSlices(api: KubernetesApi): void {
  const pods = api.objects({ apiVersion: 'v1', kind: 'Pod' }) as readonly Pod[];
  const services = api.objects({ apiVersion: 'v1', kind: 'Service' }) as readonly Service[];
  const endpoints = api.objects({ apiVersion: 'v1', kind: 'Endpoints' }) as readonly Endpoints[];
  const wanted = [...services.flatMap(service => ofService(service, pods)), ...endpoints.flatMap(ofEndpoints)];
  const keys = new Set(wanted.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`));
  for (const old of api.objects({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' })) {
    if (!keys.has(`${old.metadata.namespace ?? ''}/${old.metadata.name}`)) api.remove(old);
  }
  api.put(...wanted);
}
