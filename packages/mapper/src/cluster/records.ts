import type { KubeObject, ObjectMetadata, OwnerReference } from '@network-mapper/kube';
import { normalAddress, type LabelSet } from '@network-mapper/model';
import { WeakInterner, type Interner } from '../interner.ts';
import { controllerOf } from '../resolve/identity.ts';
import type { PodPhase, PodRecord, ServiceRecord } from '../resolve/lookups.ts';
import { imageName } from './image-name.ts';

/** How pods get their names. */
export interface NamingOptions {
  /** The annotation that names a workload. */
  readonly overrideAnnotation: string;
  readonly jobsByImage: boolean;
}

/** One way to name a pod's workload by hand; the first that a pod has is used, an empty value too. */
function override(
  { annotations, labels }: KubeObject['metadata'],
  { overrideAnnotation }: NamingOptions,
): PodRecord['override'] {
  const deprecated = 'intents.otterize.com/service-name';
  const label = 'otterize/service-name';
  for (const annotation of [overrideAnnotation, deprecated]) {
    const name = annotations?.[annotation];
    if (name !== undefined) return { name, by: `annotation ${annotation}` };
  }
  const name = labels?.[label];
  return name === undefined ? undefined : { name, by: `label ${label}` };
}

/**
 * The members of a Pod that are read, times in milliseconds since the epoch. The API server guarantees their types
 * (kubernetes.io, Pod v1).
 */
interface PodObject extends KubeObject {
  readonly metadata: ObjectMetadata & { readonly creationTimestamp?: number };
  readonly spec?: {
    readonly nodeName?: string;
    readonly hostNetwork?: boolean;
    readonly hostname?: string;
    readonly subdomain?: string;
    readonly setHostnameAsFQDN?: boolean;
    readonly hostnameOverride?: string;
    readonly containers?: readonly { readonly name: string; readonly image?: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly startTime?: number;
    readonly podIPs?: readonly { readonly ip?: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly state?: { readonly terminated?: { readonly finishedAt?: number } };
}

/** Makes records of objects. One per mapper: what is equal in many records is one object. */
export class Records {
  readonly #interner: Interner;
  readonly #naming: NamingOptions;
  /** Replicas have the same owner: one object serves all of them. */
  readonly #owners = new WeakInterner<OwnerReference>();
  /** They stand one after another in a list. */
  #lastOwner: OwnerReference | undefined;
  /** The labels that one of the pods of an owner has: mostly those of the others as well. */
  readonly #labelsOfOwner = new WeakMap<OwnerReference, LabelSet>();

  constructor(interner: Interner, naming: NamingOptions) {
    this.#interner = interner;
    this.#naming = naming;
  }

  pod(object: KubeObject): PodRecord {
    const options = this.#naming;
    const { metadata, spec, status } = object as PodObject;
    const phase = toPhase(status?.phase);
    const createdAt = metadata.creationTimestamp ?? 0;
    const containers = spec?.containers ?? [];
    const owner = this.owner(controllerOf(metadata.ownerReferences));
    return {
      namespace: this.#interner.text(metadata.namespace ?? ''),
      name: metadata.name,
      uid: metadata.uid,
      staticUid: metadata.annotations?.['kubernetes.io/config.hash'],
      createdAt,
      startedAt: status?.startTime ?? createdAt,
      endedAt: phase === 'ended' ? lastEnd(status) : undefined,
      phase,
      deleting: metadata.deletionTimestamp !== undefined,
      hostNetwork: spec?.hostNetwork === true,
      addresses: toAddresses((status?.podIPs ?? []).map(({ ip }) => ip ?? '')),
      nodeName: spec?.nodeName === undefined ? undefined : this.#interner.text(spec.nodeName),
      hostname: hostnameOf(metadata, spec),
      labels: this.#labels(metadata, owner),
      override: override(metadata, options),
      owner,
      hasLinkerdSidecar: containers.some(({ name }) => name === 'linkerd-proxy'),
      imageName: options.jobsByImage ? imageName(containers) : undefined,
    };
  }

  /** What the walk along owners needs of a reference. */
  owner(reference: OwnerReference | undefined): OwnerReference | undefined {
    if (reference === undefined) return undefined;
    const { apiVersion, kind, name } = reference;
    const last = this.#lastOwner;
    if (last?.name === name && last.kind === kind && last.apiVersion === apiVersion) return last;
    this.#lastOwner = this.#owners.get(`${apiVersion} ${kind} ${name}`, () => ({
      apiVersion: this.#interner.text(apiVersion),
      kind: this.#interner.text(kind),
      name,
    }));
    return this.#lastOwner;
  }

  #labels({ labels = {} }: KubeObject['metadata'], owner: OwnerReference | undefined): LabelSet {
    const known = owner && this.#labelsOfOwner.get(owner);
    if (known !== undefined && areLabels(known, labels)) return known;
    const set = this.#interner.labels(labels);
    if (owner !== undefined) this.#labelsOfOwner.set(owner, set);
    return set;
  }
}

function areLabels(set: LabelSet, labels: Readonly<Record<string, string>>): boolean {
  return Object.keys(labels).length === set.length && set.every(({ key, value }) => labels[key] === value);
}

/**
 * What the kubelet makes the host name of a pod (pkg/kubelet/kubelet_pods.go, GeneratePodHostNameAndDomain): an
 * override, else `hostname`, else the pod's name, cut to 63 characters without `-` and `.` at the end. With
 * `setHostnameAsFQDN` the rest of the domain follows; of it only the subdomain is written here.
 */
function hostnameOf({ name, namespace }: KubeObject['metadata'], spec: PodObject['spec']): string {
  if (spec?.hostnameOverride !== undefined && spec.hostnameOverride !== '') return spec.hostnameOverride;
  const whole = spec?.hostname ?? name;
  // What is not cut ends in a letter or digit.
  const hostname = whole.length <= 63 ? whole : whole.slice(0, 63).replace(/[-.]+$/, '');
  if (spec?.setHostnameAsFQDN !== true || spec.subdomain === undefined) return hostname;
  return `${hostname}.${spec.subdomain}.${namespace ?? ''}.svc`;
}

/**
 * Addresses in normal form. What `filter` makes has room for 17, its copy for what is in it: 130 bytes less for every
 * pod.
 */
function toAddresses(texts: readonly string[]): readonly string[] {
  return texts
    .map(normalAddress)
    .filter(address => address !== undefined)
    .slice();
}

function toPhase(phase: string | undefined): PodPhase {
  return phase === 'Running' ? 'running' : phase === 'Succeeded' || phase === 'Failed' ? 'ended' : 'pending';
}

function lastEnd(status: PodObject['status']): number | undefined {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = status ?? {};
  const statuses = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses];
  const ends = statuses.map(({ state }) => state?.terminated?.finishedAt ?? 0);
  const last = Math.max(0, ...ends);
  return last === 0 ? undefined : last;
}

interface ServiceObject extends KubeObject {
  readonly spec?: {
    readonly type?: string;
    readonly clusterIPs?: readonly string[];
    readonly clusterIP?: string;
    readonly externalIPs?: readonly string[];
    readonly externalName?: string;
    readonly ports?: readonly {
      readonly name?: string;
      readonly port: number;
      readonly nodePort?: number;
      readonly protocol?: string;
    }[];
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } };
}

export function toServiceRecord(object: KubeObject): ServiceRecord {
  const { metadata, spec, status } = object as ServiceObject;
  const clusterIps = spec?.clusterIPs ?? (spec?.clusterIP === undefined ? [] : [spec.clusterIP]);
  const balancers = (status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip ?? '');
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    externalName: spec?.type === 'ExternalName' ? spec.externalName : undefined,
    clusterIps: toAddresses(clusterIps.filter(ip => ip !== 'None')),
    externalIps: toAddresses([...balancers, ...(spec?.externalIPs ?? [])]),
    opensNodePorts: spec?.type === 'NodePort' || spec?.type === 'LoadBalancer',
    ports: (spec?.ports ?? []).map(({ name = '', port, nodePort, protocol = 'TCP' }) => ({
      name,
      port,
      nodePort,
      protocol,
    })),
  };
}

/** One EndpointSlice: a part of the addresses behind a Service. */
export interface EndpointSliceRecord {
  /** `namespace/name` of the Service; undefined for a slice that belongs to none. */
  readonly service: string | undefined;
  readonly endpoints: readonly EndpointRecord[];
  /** The port of the endpoints by the name of the Service's port, which is empty for its only one. */
  readonly ports: readonly { readonly name: string; readonly port: number }[];
}

const none: readonly string[] = [];

export interface EndpointRecord {
  /** Empty where the endpoint is a pod: the pod has them. */
  readonly addresses: readonly string[];
  readonly ready: boolean;
  /** `namespace/name` of the pod, where the endpoint is one. */
  readonly pod: string | undefined;
}

interface EndpointSliceObject extends KubeObject {
  readonly endpoints?:
    | readonly {
        readonly addresses?: readonly string[];
        readonly conditions?: { readonly ready?: boolean };
        readonly targetRef?: { readonly kind?: string; readonly name?: string; readonly namespace?: string };
      }[]
    | null;
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[] | null;
}

export function toEndpointSliceRecord(object: KubeObject): EndpointSliceRecord {
  const { metadata, endpoints, ports } = object as EndpointSliceObject;
  const service = metadata.labels?.['kubernetes.io/service-name'];
  const namespace = metadata.namespace ?? '';
  return {
    service: service === undefined ? undefined : `${namespace}/${service}`,
    endpoints: (endpoints ?? []).map(({ addresses, conditions, targetRef }) => {
      const isPod = targetRef?.kind === 'Pod' && targetRef.name !== undefined;
      return {
        pod: isPod ? [targetRef.namespace ?? namespace, targetRef.name].join('/') : undefined,
        addresses: isPod ? none : toAddresses(addresses ?? none),
        // "nil should be interpreted as true" (EndpointConditions v1).
        ready: conditions?.ready ?? true,
      };
    }),
    ports: (ports ?? []).flatMap(({ name = '', port }) => (port === undefined ? [] : { name, port })),
  };
}

export interface NodeRecord {
  readonly name: string;
  readonly zone: string | undefined;
  readonly addresses: readonly string[];
  readonly podCidrs: readonly string[];
}

interface NodeObject extends KubeObject {
  readonly spec?: { readonly podCIDR?: string; readonly podCIDRs?: readonly string[] };
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

/** Where CNIs write the address of a node's tunnel or of its own end of the pods' network. */
const tunnelAnnotations = [
  'projectcalico.org/IPv4IPIPTunnelAddr',
  'projectcalico.org/IPv4VXLANTunnelAddr',
  'projectcalico.org/IPv6VXLANTunnelAddr',
  'projectcalico.org/IPv4WireguardInterfaceAddr',
  'projectcalico.org/IPv6WireguardInterfaceAddr',
  'network.cilium.io/ipv4-cilium-host',
  'network.cilium.io/ipv6-cilium-host',
  'network.cilium.io/ipv4-health-ip',
  'network.cilium.io/ipv6-health-ip',
  'io.cilium.network.ipv4-cilium-host',
  'io.cilium.network.ipv6-cilium-host',
];

export function toNodeRecord(object: KubeObject): NodeRecord {
  const { metadata, spec, status } = object as NodeObject;
  const podCidrs = spec?.podCIDRs ?? (spec?.podCIDR === undefined ? [] : [spec.podCIDR]);
  const own = (status?.addresses ?? [])
    .filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP')
    .map(({ address }) => address);
  const tunnels = tunnelAnnotations.map(name => withoutPrefix(metadata.annotations?.[name] ?? ''));
  // Flannel gives its tunnel the address of the network itself, which no pod gets.
  return {
    name: metadata.name,
    zone: metadata.labels?.['topology.kubernetes.io/zone'],
    addresses: toAddresses([...own, ...tunnels, ...podCidrs.map(withoutPrefix)]),
    podCidrs,
  };
}

function withoutPrefix(network: string): string {
  return network.split('/')[0] ?? '';
}
