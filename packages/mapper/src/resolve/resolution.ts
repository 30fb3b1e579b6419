import type { CloudProvider, Endpoint, Provenance, ServiceIdentity, SkipReason, Workload } from '@network-mapper/model';
import type { PodRecord, ServiceRecord } from './lookups.ts';

/** One side of a sighting, resolved to a workload. */
export interface Resolved {
  readonly kind: 'resolved';
  readonly workload: Workload;
  /** How it was resolved: put together only where it is kept, for a new edge. */
  readonly provenance: () => Provenance;
  /** The pod that stands for the workload; undefined for the API server. */
  readonly pod: PodRecord | undefined;
}

/** Left out, with the reason and the namespace of the side that is known. */
export interface Skipped {
  readonly kind: 'skipped';
  readonly reason: SkipReason;
  readonly namespace?: string | undefined;
}

/**
 * A pod may yet become known for the address. If none does, the sighting is resolved for the last time, or skipped for
 * `reason`.
 */
export interface Later {
  readonly kind: 'later';
  readonly address: string;
  readonly reason: SkipReason;
  readonly namespace?: string | undefined;
}

/** Not before this has ended: an owner is being read. */
export interface Reading {
  readonly kind: 'reading';
  readonly until: Promise<unknown>;
}

export type Unresolved = Skipped | Later | Reading;

export function skipped(reason: SkipReason, namespace?: string): Skipped {
  return { kind: 'skipped', reason, namespace };
}

/** A server, at its own address or behind a Service. */
export interface ResolvedServer extends Resolved {
  /** The Service through which it was reached. */
  readonly service: ServiceRecord | undefined;
  /**
   * Keys of the workloads that it may be instead: not empty when a Service has pods of several workloads and nothing
   * says which of them was reached.
   */
  readonly candidates: readonly string[];
}

/** A call between two workloads of the cluster. */
export interface IntentResolution {
  readonly kind: 'intent';
  readonly client: Resolved;
  readonly server: ResolvedServer;
  /** The API's `resolutionData` of the intent. */
  readonly resolvedBy: string;
  readonly endpoint: Endpoint | undefined;
}

/** A call to a name outside the cluster. */
export interface ExternalResolution {
  readonly kind: 'external';
  readonly client: Resolved;
  readonly dnsName: string;
}

/** A call from an address outside the cluster. */
export interface IncomingResolution {
  readonly kind: 'incoming';
  readonly server: Resolved;
  readonly endpoint: Endpoint | undefined;
}

/** An operation on a resource of a cloud. */
export interface CloudResolution {
  readonly kind: 'cloud';
  readonly client: ServiceIdentity;
  readonly provider: CloudProvider;
}

/** An amount of traffic between two workloads. */
export interface TrafficLevelResolution {
  readonly kind: 'traffic-level';
  readonly client: Workload;
  readonly server: Workload;
}

export type Resolution =
  IntentResolution | ExternalResolution | IncomingResolution | CloudResolution | TrafficLevelResolution | Unresolved;

/** A server that was reached at its own address. */
export function direct(server: Resolved | Unresolved): ResolvedServer | Unresolved {
  return server.kind === 'resolved' ? { ...server, service: undefined, candidates: [] } : server;
}
