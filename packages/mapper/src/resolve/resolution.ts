import type { Found, SkipReason, Workload } from '@network-mapper/model';
import type { Holder } from './lookups.ts';

/** One side of a sighting, turned into a workload. */
export interface Resolved {
  readonly kind: 'resolved';
  readonly workload: Workload;
  /** Null where the source is not an agent of a node. */
  readonly found: Found | null;
}

/** Left out, with the reason and the namespace of the side that is known. */
export interface Skipped {
  readonly kind: 'skipped';
  readonly reason: SkipReason;
  readonly namespace?: string | undefined;
}

/** Not to be told yet: news about the address may come. If it does not, the sighting is skipped for `reason`. */
export interface Later {
  readonly kind: 'later';
  readonly address: string;
  readonly reason: SkipReason;
  readonly namespace?: string | undefined;
}

/** Not to be told before this has settled: an owner is being read. */
export interface Reading {
  readonly kind: 'reading';
  readonly until: Promise<unknown>;
}

export type Unresolved = Skipped | Later | Reading;

export function skipped(reason: SkipReason, namespace?: string): Skipped {
  return { kind: 'skipped', reason, namespace };
}

/** An address that somebody held, though not one pod that can be told. `namespace` is that of the side that is known. */
export function untold(
  holder: Exclude<Holder, { kind: 'pod' | 'nobody' }>,
  { address, namespace }: { readonly address: string; readonly namespace?: string },
): Skipped | Later {
  switch (holder.kind) {
    case 'several':
      return skipped('ambiguous-address', namespace);
    case 'host-network':
      return skipped('host-network', namespace);
    case 'not-yet':
      return { kind: 'later', address, reason: holder.reason, namespace };
  }
}

/** A server that a Service's name or address stands for. */
export interface ResolvedServer extends Resolved {
  /**
   * Keys of the workloads that it may be instead: not empty when a Service has pods of several workloads and nothing says which
   * of them was reached.
   */
  readonly candidates: readonly string[];
}

/** A call between two workloads of the cluster. */
export interface IntentResolution {
  readonly kind: 'intent';
  readonly client: Resolved;
  readonly server: ResolvedServer;
  /** The API's `resolutionData` of the intent: which way it was found, in the original's words. */
  readonly how: string;
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
}

export type Resolution = IntentResolution | ExternalResolution | IncomingResolution | Unresolved;

/** An intent of a client that is known; what is not known of the server stays so. */
export function intent(client: Resolved, server: ResolvedServer | Unresolved, how: string): Resolution {
  return server.kind === 'resolved' ? { kind: 'intent', client, server, how } : server;
}

/** A server that was reached at its own address. */
export function direct(server: Resolved | Unresolved): ResolvedServer | Unresolved {
  return server.kind === 'resolved' ? { ...server, candidates: [] } : server;
}
