import type { Found } from '@network-mapper/model';
import type { Sighting } from './seen.ts';
import { BehindService } from './behind-service.ts';
import { Clients, type ClientOptions } from './clients.ts';
import { FromOutside } from './from-outside.ts';
import type { Lookups, PodRecord } from './lookups.ts';
import { Pods, type ResolveParts } from './pods.ts';
import { skipped, untold, type Resolution, type Resolved, type Unresolved } from './resolution.ts';
import { ServersByAddress, type ServersByAddressOptions } from './servers-by-address.ts';
import { ServersByName, type ServersByNameOptions } from './servers-by-name.ts';

export type ResolverOptions = ClientOptions & ServersByAddressOptions & ServersByNameOptions;

/** Turns what agents saw into workloads, each sighting against its own time. Holds no state of its own. */
export class Resolver {
  readonly #lookups: Lookups;
  readonly #now: () => number;
  readonly #pods: Pods;
  readonly #clients: Clients;
  readonly #behind: BehindService;
  readonly #byName: ServersByName;
  readonly #byAddress: ServersByAddress;
  readonly #fromOutside: FromOutside;

  constructor(parts: ResolveParts, options: ResolverOptions) {
    this.#lookups = parts.lookups;
    this.#now = parts.now;
    this.#pods = new Pods(parts);
    this.#clients = new Clients(parts, this.#pods, options);
    this.#behind = new BehindService(parts, this.#pods);
    this.#byName = new ServersByName(parts, this.#pods, options);
    this.#byAddress = new ServersByAddress(parts, { pods: this.#pods, behind: this.#behind }, options);
    this.#fromOutside = new FromOutside(parts, { clients: this.#clients, behind: this.#behind });
  }

  resolve(sighting: Sighting): Resolution {
    const { evidence, server } = sighting;
    if (evidence === 'TCP' && this.#fromOutside.isOutside(sighting.client)) return this.#fromOutside.resolve(sighting);
    const client = this.#clients.resolve(sighting.client, server.lastSeen);
    if (client.kind !== 'resolved') return client;
    switch (evidence) {
      case 'DNS':
        return this.#byName.resolve(client, server);
      case 'TCP':
        return this.#byAddress.opened(client, server);
      case 'SOCKET':
        return this.#byAddress.open(client, server);
    }
  }

  /** The workload that a pod is; `found` says how it came to be looked at. */
  podWorkload(pod: PodRecord, found: Found | null): Resolved | Unresolved {
    return this.#pods.workload(pod, found);
  }

  /** The workload of the pod that held an address at a moment: for sources that know nothing but the address. */
  podAt(address: string, at: number): Resolved | Unresolved {
    const holder = this.#lookups.podHolding(address, { at });
    if (holder.kind === 'nobody') return { kind: 'later', address, reason: 'no-pod' };
    if (holder.kind !== 'pod') return untold(holder, { address });
    return holder.pod.createdAt > at ? skipped('pod-started-later') : this.#pods.workload(holder.pod, null);
  }

  /** The workload behind a Service's cluster address or a pod's address, now: for reports without a time of their own. */
  workloadAt(address: string): Resolved | Unresolved {
    if (this.#lookups.wasEverAPods(address)) {
      const holder = this.#lookups.podHolding(address, { at: this.#now() });
      if (holder.kind === 'pod') return this.#pods.workload(holder.pod, null);
      // Such a report is not waited for.
      if (holder.kind === 'nobody' || holder.kind === 'not-yet') return skipped('no-pod');
      return untold(holder, { address });
    }
    const service = this.#lookups.serviceHolding(address);
    if (service === 'several') return skipped('ambiguous-service');
    if (service === undefined) return skipped(this.#pods.addressReason(address));
    return this.#behind.resolve(service, { at: this.#now(), host: address });
  }
}
