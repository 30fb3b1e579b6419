import { foundNothing, type Found, type SkipReason } from '@network-mapper/model';
import type { SeenServer } from './seen.ts';
import type { Identities } from './identity.ts';
import type { Backends, Lookups, PodRecord } from './lookups.ts';
import { skipped, untold, type Resolved, type Unresolved } from './resolution.ts';

/** What the steps of resolution work with. */
export interface ResolveParts {
  readonly lookups: Lookups;
  readonly identities: Identities;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Pods by the addresses they held, and the workloads that pods are. */
export class Pods {
  readonly #lookups: Lookups;
  readonly #identities: Identities;
  readonly #now: () => number;

  constructor({ lookups, identities, now }: ResolveParts) {
    this.#lookups = lookups;
    this.#identities = identities;
    this.#now = now;
  }

  /** The workload that a pod is; `found` says how it came to be looked at. */
  workload(pod: PodRecord, found: Found | null): Resolved | Unresolved {
    const identified = this.#identities.of(pod);
    if (identified instanceof Promise) return { kind: 'reading', until: identified };
    if (identified.kind === 'unreadable') return skipped('owner-unreadable', pod.namespace);
    return { kind: 'resolved', workload: identified.workload, found };
  }

  /** The pod that held a server's address; `namespace` is the client's. */
  serverHolding(address: string, at: number, namespace: string): PodRecord | Unresolved {
    const holder = this.#lookups.podHolding(address, { at });
    if (holder.kind === 'pod') return holder.pod;
    if (holder.kind === 'nobody') return skipped(this.addressReason(address), namespace);
    return untold(holder, { address, namespace });
  }

  /** What an address is that no pod held. */
  addressReason(address: string): SkipReason {
    if (this.#lookups.isApiServer(address)) return 'api-server-address';
    if (this.#lookups.isNode(address)) return 'node-address';
    if (this.#lookups.mayBecomeAPods(address) || this.#lookups.wasEverAPods(address)) return 'no-pod';
    return 'outside-address';
  }

  /**
   * Keys of the workloads that pods behind a Service belong to, when those are several, as far as they are at hand: which of them is meant is
   * not known then.
   */
  candidates(pods: readonly PodRecord[], { ofOneOwner }: Backends): readonly string[] {
    if (ofOneOwner || pods.length < 2) return [];
    const keys = new Set(pods.map(pod => this.#keyOf(pod)).filter(key => key !== undefined));
    return keys.size > 1 ? [...keys] : [];
  }

  #keyOf(pod: PodRecord): string | undefined {
    const identified = this.#identities.of(pod);
    return identified instanceof Promise || identified.kind !== 'identified' ? undefined : identified.workload.key;
  }

  /** How long a pod has lived, in milliseconds. */
  uptime(pod: PodRecord): number {
    return this.#now() - pod.createdAt;
  }

  /** How a server was found that was asked for by a name. */
  foundByName(pod: PodRecord, server: SeenServer): Found {
    return {
      ...this.#found(pod, server),
      isService: true,
      extraInfo: 'resolveOtterizeIdentityForDestinationAddress',
    };
  }

  /** How a server was found to which a connection was seen; `extraInfo` says by which evidence, in the original's words. */
  foundByConnection(pod: PodRecord, server: SeenServer, extraInfo: string): Found {
    return { ...this.#found(pod, server), port: server.destinationPort ?? null, isService: false, extraInfo };
  }

  #found(pod: PodRecord, { destination, lastSeen }: SeenServer): Found {
    return {
      ...foundNothing,
      host: destination,
      podHostname: pod.name,
      lastSeen,
      uptime: this.uptime(pod),
      hasLinkerdSidecar: pod.hasLinkerdSidecar,
    };
  }
}
