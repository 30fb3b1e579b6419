import type { KubeObject, OwnerReference } from '@network-mapper/kube';
import { internLabels, Interned, sharedText } from '@network-mapper/model';
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

/** The members of a Pod that are read. The API server guarantees their types (kubernetes.io, Pod v1). */
interface PodObject extends KubeObject {
  readonly spec?: {
    readonly hostNetwork?: boolean;
    readonly hostname?: string;
    readonly containers?: readonly { readonly name: string; readonly image?: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly startTime?: string;
    readonly podIPs?: readonly { readonly ip?: string }[];
    readonly containerStatuses?: readonly {
      readonly state?: { readonly terminated?: { readonly finishedAt?: string } };
    }[];
  };
}

export function toPodRecord(object: KubeObject, options: NamingOptions): PodRecord {
  const { metadata, spec, status } = object as PodObject;
  const phase = toPhase(status?.phase);
  const createdAt = toTime(metadata.creationTimestamp) ?? 0;
  const containers = spec?.containers ?? [];
  return {
    namespace: sharedText(metadata.namespace ?? ''),
    name: metadata.name,
    uid: metadata.uid,
    staticUid: metadata.annotations?.['kubernetes.io/config.hash'],
    createdAt,
    startedAt: toTime(status?.startTime) ?? createdAt,
    endedAt: phase === 'ended' ? lastEnd(status) : undefined,
    phase,
    deleting: metadata.deletionTimestamp !== undefined,
    hostNetwork: spec?.hostNetwork === true,
    addresses: toAddresses((status?.podIPs ?? []).map(({ ip }) => ip ?? '')),
    // The kernel's host name has at most 64 bytes, of which the kubelet uses 63.
    hostname: spec?.hostname ?? metadata.name.slice(0, 63),
    labels: internLabels(metadata.labels),
    override: override(metadata, options),
    owner: toOwner(metadata.ownerReferences?.[0]),
    hasLinkerdSidecar: containers.some(({ name }) => name === 'linkerd-proxy'),
    imageName: options.jobsByImage ? imageName(containers) : undefined,
  };
}

/** Addresses without empty ones. What `filter` makes has room for 17, its copy for what is in it: 130 bytes less for every pod. */
function toAddresses(texts: readonly string[]): readonly string[] {
  return texts.filter(text => text !== '').slice();
}

/** Replicas have the same owner: one object serves all of them. */
const owners = new Interned<OwnerReference>();

/** What the walk needs of a reference. */
export function toOwner(reference: OwnerReference | undefined): OwnerReference | undefined {
  if (reference === undefined) return undefined;
  const { apiVersion, kind, name } = reference;
  return owners.get(`${apiVersion} ${kind} ${name}`, () => ({
    apiVersion: sharedText(apiVersion),
    kind: sharedText(kind),
    name,
  }));
}

function toPhase(phase: string | undefined): PodPhase {
  return phase === 'Running' ? 'running' : phase === 'Succeeded' || phase === 'Failed' ? 'ended' : 'pending';
}

function lastEnd(status: PodObject['status']): number | undefined {
  const ends = (status?.containerStatuses ?? []).map(({ state }) => toTime(state?.terminated?.finishedAt) ?? 0);
  const last = Math.max(0, ...ends);
  return last === 0 ? undefined : last;
}

function toTime(text: string | undefined): number | undefined {
  const time = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

interface ServiceObject extends KubeObject {
  readonly spec?: {
    readonly type?: string;
    readonly clusterIPs?: readonly string[];
    readonly clusterIP?: string;
    readonly externalIPs?: readonly string[];
    readonly externalName?: string;
    readonly ports?: readonly { readonly port: number; readonly nodePort?: number; readonly protocol?: string }[];
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
    ports: (spec?.ports ?? []).map(({ port, nodePort, protocol }) => ({ port, nodePort, protocol: protocol ?? 'TCP' })),
  };
}

/** One EndpointSlice: a part of the addresses behind a Service. */
export interface EndpointSliceRecord {
  /** `namespace/name` of the Service; undefined for a slice that belongs to none. */
  readonly service: string | undefined;
  readonly endpoints: readonly EndpointRecord[];
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
}

export function toEndpointSliceRecord(object: KubeObject): EndpointSliceRecord {
  const { metadata, endpoints } = object as EndpointSliceObject;
  const service = metadata.labels?.['kubernetes.io/service-name'];
  const namespace = metadata.namespace ?? '';
  return {
    service: service === undefined ? undefined : `${namespace}/${service}`,
    endpoints: (endpoints ?? []).map(({ addresses, conditions, targetRef }) => {
      const isPod = targetRef?.kind === 'Pod' && targetRef.name !== undefined;
      return {
        pod: isPod ? [targetRef.namespace ?? namespace, targetRef.name].join('/') : undefined,
        addresses: isPod ? none : (addresses ?? none),
        // "nil should be interpreted as true" (EndpointConditions v1).
        ready: conditions?.ready ?? true,
      };
    }),
  };
}

export interface NodeRecord {
  readonly addresses: readonly string[];
  readonly podCidrs: readonly string[];
}

interface NodeObject extends KubeObject {
  readonly spec?: { readonly podCIDR?: string; readonly podCIDRs?: readonly string[] };
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

export function toNodeRecord(object: KubeObject): NodeRecord {
  const { spec, status } = object as NodeObject;
  return {
    addresses: (status?.addresses ?? [])
      .filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP')
      .map(({ address }) => address),
    podCidrs: spec?.podCIDRs ?? (spec?.podCIDR === undefined ? [] : [spec.podCIDR]),
  };
}
