import type { EndpointSet } from './endpoint.ts';
import type { EvidenceSet } from './evidence-set.ts';
import type { ServiceIdentity } from './identity.ts';
import type { Provenance, Workload } from './workload.ts';

/** Everything known about one pair, as the map has it. */
export type Edge = IntentEdge | ExternalEdge | IncomingEdge | CloudEdge | TrafficLevelEdge;

/** What all edges have in common. Times are milliseconds since the epoch. */
export interface EdgeBase {
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** How often it was reported: connections, answers, accesses. Never more than `Number.MAX_SAFE_INTEGER`. */
  readonly count: number;
  /** The revision of the map at which it changed last. */
  readonly revision: number;
  /** It is not on the map any more. */
  readonly gone: boolean;
}

export type IntentType = 'HTTP' | 'KAFKA';

/** The calls of one type between two workloads. */
export interface IntentEdge extends EdgeBase {
  readonly kind: 'intent';
  readonly client: Workload;
  readonly server: Workload;
  /** How the sides were resolved the first time; null where the source named them itself. */
  readonly clientProvenance: Provenance | null;
  readonly serverProvenance: Provenance | null;
  readonly type: IntentType | null;
  /** The API's `resolutionData` of an intent. */
  readonly resolvedBy: string;
  readonly evidence: EvidenceSet;
  /** Bits of `protocolBits`. */
  readonly protocols: number;
  readonly endpoints: EndpointSet;
  /** False while all its support is a Service that has pods of other workloads too. */
  readonly certain: boolean;
  /** Operations by topic that the broker allowed, or of which nobody said so. */
  readonly topics: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  /** Operations by topic that the broker refused. */
  readonly deniedTopics: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  /** Groups by topic: as a member of them the client was assigned the topic, whether or not it was seen reading. */
  readonly topicGroups: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  /** Methods by path. */
  readonly resources: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  /** What else is known of the calls by path: response codes, and `grpc`. */
  readonly responses: ReadonlyMap<string, ReadonlySet<string>> | undefined;
}

/** Calls to a name outside the cluster. */
export interface ExternalEdge extends EdgeBase {
  readonly kind: 'external';
  readonly client: Workload;
  readonly dnsName: string;
  /** Addresses that DNS gave, the newest last. */
  readonly addresses: ReadonlySet<string>;
}

/** Calls from an address outside the cluster. */
export interface IncomingEdge extends EdgeBase {
  readonly kind: 'incoming';
  readonly server: Workload;
  readonly serverProvenance: Provenance | null;
  readonly address: string;
  readonly endpoints: EndpointSet;
}

export type CloudProvider = 'AWS' | 'AZURE' | 'GCP';

/** What a workload did to a cloud's resource. */
export interface CloudEdge extends EdgeBase {
  readonly kind: 'cloud';
  readonly client: ServiceIdentity;
  readonly provider: CloudProvider;
  readonly resource: string;
  readonly iamRole: string | null;
  /** AWS only: the credentials are those of EKS Pod Identity. */
  podIdentity: boolean;
  readonly actions: ReadonlySet<string>;
  readonly dataActions: ReadonlySet<string>;
}

/** How much one workload sent to another in the reports of a minute. */
export interface TrafficSample {
  readonly bytes: number;
  readonly flows: number;
  /** When the last of them came. */
  readonly at: number;
  readonly reports: number;
}

/** Amounts of traffic between two workloads. */
export interface TrafficLevelEdge extends EdgeBase {
  readonly kind: 'traffic-level';
  readonly client: Workload;
  readonly server: Workload;
  /** One a minute, oldest first; none older than an hour before the newest. */
  readonly samples: readonly TrafficSample[];
}

export const protocolBits = { TCP: 1, UDP: 2 } as const;
