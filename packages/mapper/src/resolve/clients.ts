import { foundNothing } from '@network-mapper/model';
import type { SeenClient } from './seen.ts';
import { apiServerWorkload } from './api-server.ts';
import type { Lookups, PodRecord } from './lookups.ts';
import type { Pods, ResolveParts } from './pods.ts';
import { skipped, untold, type Resolved, type Unresolved } from './resolution.ts';
import { objection } from './trust.ts';

export interface ClientOptions {
  /** On AWS addresses are used again so soon that a client without a hostname is not believed. */
  readonly requireHostname: boolean;
}

export interface ResolvedClient extends Resolved {
  readonly isApiServer: boolean;
}

/** Clients as an agent of their node saw them. */
export class Clients {
  readonly #lookups: Lookups;
  readonly #pods: Pods;
  readonly #now: () => number;
  readonly #options: ClientOptions;

  constructor({ lookups, now }: ResolveParts, pods: Pods, options: ClientOptions) {
    this.#lookups = lookups;
    this.#pods = pods;
    this.#now = now;
    this.#options = options;
  }

  /** The workload behind a client's address at a moment. */
  resolve(client: SeenClient, at: number): ResolvedClient | Unresolved {
    const { srcIp, srcHostname, srcPodUid } = client;
    const pod = isKnownByUid(client) ? this.#lookups.podWithUid(srcPodUid ?? '') : undefined;
    if (pod !== undefined) return this.pod(pod, client, at);
    if (this.#lookups.isApiServer(srcIp)) return this.#apiServer(client);
    const holder = this.#lookups.podHolding(srcIp, srcHostname === '' ? { at } : { at, hostname: srcHostname });
    if (holder.kind === 'pod') return this.pod(holder.pod, client, at);
    if (holder.kind !== 'nobody') return untold(holder, { address: srcIp });
    if (this.#lookups.isNode(srcIp)) return skipped('node-address');
    return { kind: 'later', address: srcIp, reason: 'no-pod' };
  }

  /** The workload of a pod that may be the client, if no rule of trust objects. */
  pod(pod: PodRecord, client: SeenClient, at: number): ResolvedClient | Unresolved {
    const { srcHostname: hostname } = client;
    const { requireHostname } = this.#options;
    const reason = objection(pod, { at, hostname, requireHostname, namedByUid: isKnownByUid(client) });
    if (reason !== undefined) return skipped(reason, pod.namespace);
    const resolved = this.#pods.workload(pod, {
      ...foundNothing,
      host: pod.addresses[0] ?? client.srcIp,
      podHostname: pod.name,
      procfsHostname: hostname === '' ? null : hostname,
      isService: false,
      extraInfo: 'resolveInClusterIdentity',
      uptime: this.#pods.uptime(pod),
      hasLinkerdSidecar: pod.hasLinkerdSidecar,
    });
    return resolved.kind === 'resolved' ? { ...resolved, isApiServer: false } : resolved;
  }

  #apiServer({ srcIp, srcHostname }: SeenClient): ResolvedClient | Unresolved {
    // Where the API server shares a node's address, any process of that node looks like it.
    if (this.#lookups.isNode(srcIp) || this.#lookups.podHolding(srcIp, { at: this.#now() }).kind === 'host-network') {
      return skipped('host-network');
    }
    const found = { ...foundNothing, host: srcIp, podHostname: srcHostname };
    return { kind: 'resolved', isApiServer: true, workload: apiServerWorkload, found };
  }
}

/** Whether the agent itself said to which pod the process belongs. */
export function isKnownByUid({ srcPodUid }: SeenClient): boolean {
  return typeof srcPodUid === 'string' && srcPodUid !== '';
}
