import { foundNothing, throughService } from '@network-mapper/model';
import { apiServerWorkload, isApiServerService } from './api-server.ts';
import type { Lookups, ServiceRecord } from './lookups.ts';
import type { Pods, ResolveParts } from './pods.ts';
import { skipped, type Resolved, type ResolvedServer, type Unresolved } from './resolution.ts';

export interface ServiceCall {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The address that was called. */
  readonly host: string;
  readonly port?: number | null;
  /** By which evidence, in the original's words. */
  readonly extraInfo?: string;
}

/** What is behind a Service's address. */
export class BehindService {
  readonly #lookups: Lookups;
  readonly #pods: Pods;

  constructor({ lookups }: ResolveParts, pods: Pods) {
    this.#lookups = lookups;
    this.#pods = pods;
  }

  /** The first pod behind a Service stands for all of them. */
  resolve(service: ServiceRecord, call: ServiceCall): ResolvedServer | Unresolved {
    const { at, host, port = null, extraInfo = 'ResolveOtterizeIdentityForService' } = call;
    const behind = this.#lookups.backendsOf(service);
    const first = behind.pods[0];
    const found = { ...foundNothing, host, port, isService: true, extraInfo, lastSeen: at };
    if (first === undefined) {
      if (!isApiServerService(service)) return skipped('service-without-pods', service.namespace);
      return { kind: 'resolved', workload: apiServerWorkload, found, candidates: [] };
    }
    if (first.createdAt > at) return skipped('pod-started-later', service.namespace);
    const details = { podHostname: first.name, uptime: this.#pods.uptime(first) };
    return reachedThrough(service, {
      server: this.#pods.workload(first, { ...found, ...details }),
      candidates: this.#pods.candidates(behind.pods, behind),
    });
  }
}

/** A server as one that was reached through a Service. */
export function reachedThrough(
  { name }: ServiceRecord,
  { server, candidates }: { readonly server: Resolved | Unresolved; readonly candidates: readonly string[] },
): ResolvedServer | Unresolved {
  if (server.kind !== 'resolved') return server;
  return { ...server, workload: throughService(server.workload, name), candidates };
}
