import type { OwnerReference } from '@network-mapper/kube';
import type { LabelSet, ServiceIdentity } from '@network-mapper/model';

export type PodPhase = 'pending' | 'running' | 'ended';

/** What the mapper keeps of a pod. Times are milliseconds since the epoch, by the clock of the API server. */
export interface PodRecord {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The UID that control groups show for a static pod (annotation `kubernetes.io/config.hash`). */
  readonly staticUid: string | undefined;
  readonly nodeName: string | undefined;
  /** One-second precision: the pod was created in the second that begins here. */
  readonly createdAt: number;
  /** When its node took it up, by the node's clock; the time of its creation until then. */
  readonly startedAt: number;
  /** When the last container of any kind ended; undefined while the pod runs, and when nobody wrote it down. */
  readonly endedAt: number | undefined;
  readonly phase: PodPhase;
  readonly deleting: boolean;
  readonly hostNetwork: boolean;
  /** In normal form. */
  readonly addresses: readonly string[];
  /** What `hostname` says inside the pod; with `setHostnameAsFQDN` followed by a dot and the rest of its domain. */
  readonly hostname: string;
  readonly labels: LabelSet;
  readonly override: { readonly name: string; readonly by: string } | undefined;
  readonly owner: OwnerReference | undefined;
  readonly hasLinkerdSidecar: boolean;
  /** Name made of the images' names; only where jobs are named so. */
  readonly imageName: string | undefined;
}

export interface ServicePort {
  /** Empty for the only port of a Service. */
  readonly name: string;
  readonly port: number;
  readonly nodePort: number | undefined;
  readonly protocol: string;
}

export interface ServiceRecord {
  readonly namespace: string;
  readonly name: string;
  /** The name that this Service stands for (type ExternalName). */
  readonly externalName: string | undefined;
  /** In normal form. */
  readonly clusterIps: readonly string[];
  /** Addresses of load balancers, and `externalIPs`, in normal form. */
  readonly externalIps: readonly string[];
  /** Whether node ports are open for it (types NodePort and LoadBalancer). */
  readonly opensNodePorts: boolean;
  readonly ports: readonly ServicePort[];
}

/** Who held an address at a moment. */
export type Holder =
  | { readonly kind: 'pod'; readonly pod: PodRecord }
  | { readonly kind: 'several' }
  /** Only pods that share their node's address. */
  | { readonly kind: 'host-network' }
  /** A pod that was created later than the moment. */
  | { readonly kind: 'not-yet'; readonly reason: 'pod-started-later' }
  | { readonly kind: 'nobody' };

/** The pods behind a Service, those that are ready first. Pods that are being deleted are left out. */
export interface Backends {
  readonly pods: readonly PodRecord[];
  /** The latest creation among them. */
  readonly newest: number;
  /** Whether all of them have the same owner, and so are the same workload. */
  readonly ofOneOwner: boolean;
  /** The port of the pods by the name of the Service's port; 0 where pods differ. */
  readonly targetPorts: ReadonlyMap<string, number>;
}

/** When something was seen, and what `hostname` the process gave, where the agent could read it. */
export interface Moment {
  readonly at: number;
  readonly hostname?: string | undefined;
}

/** Why an address may become a pod's: it is in a network that a node has for its pods, or near to known pods. */
export type PodRange = 'node-range' | 'near-pods' | 'none';

export interface PodLookups {
  /**
   * The pod that held `address` at a moment; a hostname distinguishes two of them. Pods on the host network hold no
   * address.
   */
  podAt(address: string, moment: Moment): Holder;
  podNamed(name: ServiceIdentity): PodRecord | undefined;
  /**
   * By the UID of the pod, or the one that control groups show for a static pod. Pods that ended are remembered for a
   * while.
   */
  podWithUid(uid: string): PodRecord | undefined;
  /**
   * A pod of a workload as Istio names it: by the label `service.istio.io/canonical-name`, by its owner, or the pod
   * itself; in all namespaces when that is empty. Running ones first.
   */
  podOfMeshWorkload(workload: ServiceIdentity): PodRecord | undefined;
}

export interface ServiceLookups {
  /** `key` is `namespace/name`. */
  serviceWithKey(key: string): ServiceRecord | undefined;
  serviceAt(clusterIp: string): ServiceRecord | 'several' | undefined;
  /** The Service that takes traffic from outside to this address and port: a node port, or a load balancer. */
  serviceExposedAt(address: string, port: number): ServiceRecord | 'several' | undefined;
  /** The Service whose load balancer has the address, whatever the port. */
  serviceBalancedAt(address: string): ServiceRecord | 'several' | undefined;
  backendsOf(service: ServiceRecord): Backends;
}

export interface AddressLookups {
  isApiServer(address: string): boolean;
  /** An address of a node, or of a tunnel that ends there. */
  isNode(address: string): boolean;
  /** Whether any pod that the mapper remembers ever had the address, also on the host network. */
  isRememberedPodAddress(address: string): boolean;
  podRangeOf(address: string): PodRange;
}

/** What resolution asks of the cluster. */
export type Lookups = PodLookups & ServiceLookups & AddressLookups;
