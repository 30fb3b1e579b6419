import type { OwnerReference } from '@network-mapper/kube';
import type { LabelSet } from '@network-mapper/model';

export type PodPhase = 'pending' | 'running' | 'ended';

/** What the mapper keeps of a pod. Times are milliseconds since the epoch, by the clock of the API server. */
export interface PodRecord {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The UID that control groups show for a static pod (annotation `kubernetes.io/config.hash`). */
  readonly staticUid: string | undefined;
  /** One-second precision: the pod was created in the second that begins here. */
  readonly createdAt: number;
  /** When its node took it up, by the node's clock; the time of its creation until then. */
  readonly startedAt: number;
  /** When the last container ended; undefined while the pod runs, and when nobody wrote it down. */
  readonly endedAt: number | undefined;
  readonly phase: PodPhase;
  readonly deleting: boolean;
  readonly hostNetwork: boolean;
  readonly addresses: readonly string[];
  /** What `hostname` says inside the pod. */
  readonly hostname: string;
  readonly labels: LabelSet;
  readonly override: { readonly name: string; readonly by: string } | undefined;
  readonly owner: OwnerReference | undefined;
  readonly hasLinkerdSidecar: boolean;
  /** Name made of the images' names; only where jobs are named so. */
  readonly imageName: string | undefined;
}

export interface ServiceRecord {
  readonly namespace: string;
  readonly name: string;
  /** The name outside the cluster that this Service stands for (type ExternalName). */
  readonly externalName: string | undefined;
  readonly clusterIps: readonly string[];
  /** Addresses of load balancers, and `externalIPs`. */
  readonly externalIps: readonly string[];
  /** Whether node ports are open for it (types NodePort and LoadBalancer). */
  readonly opensNodePorts: boolean;
  readonly ports: readonly {
    readonly port: number;
    readonly nodePort: number | undefined;
    readonly protocol: string;
  }[];
}

/** Who held an address at a moment. */
export type Holder =
  | { readonly kind: 'pod'; readonly pod: PodRecord }
  | { readonly kind: 'several' }
  /** Only pods that share their node's address. */
  | { readonly kind: 'host-network' }
  /** A pod that has not started, or was created later than the moment. */
  | { readonly kind: 'not-yet'; readonly reason: 'pod-not-running' | 'pod-started-later' }
  | { readonly kind: 'nobody' };

/** The pods behind a Service, those that are ready first. Pods that are being deleted are left out. */
export interface Backends {
  readonly pods: readonly PodRecord[];
  /** The latest creation among them. */
  readonly newest: number;
  /** Whether all of them have the same owner, and so are the same workload. */
  readonly ofOneOwner: boolean;
}

/** What `hostname` a process gave, when the agent could read it. */
export interface Moment {
  readonly at: number;
  readonly hostname?: string;
}

/** What resolution asks of the cluster. */
export interface Lookups {
  /** The pod that held `address` at a moment; a hostname tells two of them apart. Pods on the host network hold no address. */
  podHolding(address: string, moment: Moment): Holder;
  podNamed(name: { readonly namespace: string; readonly name: string }): PodRecord | undefined;
  /** By the UID of the pod, or the one that control groups show for a static pod. Pods that ended are remembered for a while. */
  podWithUid(uid: string): PodRecord | undefined;
  /** Pods with the label `service.istio.io/canonical-name`; in all namespaces when that is empty. Running ones first. */
  podOfIstioWorkload(workload: { readonly name: string; readonly namespace: string }): PodRecord | undefined;
  serviceNamed(name: { readonly namespace: string; readonly name: string }): ServiceRecord | undefined;
  serviceHolding(clusterIp: string): ServiceRecord | 'several' | undefined;
  /** The Service that takes traffic from outside to this address and port: a node port, or a load balancer. */
  serviceExposing(address: string, port: number): ServiceRecord | 'several' | undefined;
  backendsOf(service: ServiceRecord): Backends;
  isApiServer(address: string): boolean;
  isNode(address: string): boolean;
  /** Whether any pod that the mapper remembers ever had the address, also on the host network. */
  wasEverAPods(address: string): boolean;
  /** Whether the address is in a range from which pods get theirs, so that a pod may turn up for it. */
  mayBecomeAPods(address: string): boolean;
}
