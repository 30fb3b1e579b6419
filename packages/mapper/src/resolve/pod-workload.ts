import { namedWorkload, type Provenance, type SkipReason } from '@network-mapper/model';
import type { ResolveContext } from './context.ts';
import type { Backends, Holder, PodRecord, ServiceRecord } from './lookups.ts';
import { skipped, type Resolved, type Skipped, type Later, type Unresolved } from './resolution.ts';

/** Name and namespace of the API server's Service. */
const apiServerService = { namespace: 'default', name: 'kubernetes' } as const;

/** The API server as a workload, whatever it runs on. */
export const apiServerWorkload = { ...namedWorkload(apiServerService), kubernetesService: apiServerService.name };

export function isApiServerService({ name, namespace }: ServiceRecord): boolean {
  return name === apiServerService.name && namespace === apiServerService.namespace;
}

/** The workload that a pod is; `provenance` says how it came to be looked at. */
export function resolvePod(
  { identities }: ResolveContext,
  pod: PodRecord,
  provenance: () => Provenance,
): Resolved | Unresolved {
  const identified = identities.of(pod);
  if (identified instanceof Promise) return { kind: 'reading', until: identified };
  if (identified.kind === 'unreadable') return skipped('owner-unreadable', pod.namespace);
  return { kind: 'resolved', workload: identified.workload, provenance, pod };
}

/** How a pod was resolved: what the way to it knows, and what all ways know. */
export function provenanceOf(
  { now }: ResolveContext,
  pod: PodRecord,
  known: Pick<Provenance, 'host' | 'isService' | 'extraInfo'> & Partial<Provenance>,
): () => Provenance {
  return () => ({
    host: known.host,
    podHostname: pod.name,
    procfsHostname: known.procfsHostname ?? null,
    port: known.port ?? null,
    isService: known.isService,
    uptime: Math.floor((now() - pod.createdAt) / 1000),
    lastSeen: known.lastSeen ?? null,
    extraInfo: known.extraInfo,
    hasLinkerdSidecar: pod.hasLinkerdSidecar,
    tcpDestResolveFixData: null,
  });
}

/**
 * An address that somebody held, though not one pod that can be named. `namespace` is that of the side that is known.
 */
export function unresolvedFrom(
  { isLastTry }: ResolveContext,
  holder: Exclude<Holder, { kind: 'pod' | 'nobody' }>,
  { address, namespace }: { readonly address: string; readonly namespace?: string },
): Skipped | Later {
  switch (holder.kind) {
    case 'several':
      return skipped('ambiguous-address', namespace);
    case 'host-network':
      return skipped('host-network', namespace);
    case 'not-yet':
      if (isLastTry) return skipped(holder.reason, namespace);
      return { kind: 'later', address, reason: holder.reason, namespace };
  }
}

/** The pod that held a server's address; `namespace` is the client's. */
export function serverPodAt(
  context: ResolveContext,
  address: string,
  { at, namespace }: { readonly at: number; readonly namespace: string | undefined },
): PodRecord | Unresolved {
  const { lookups, isLastTry } = context;
  const holder = lookups.podAt(address, { at });
  if (holder.kind === 'pod') return holder.pod;
  if (holder.kind !== 'nobody')
    return unresolvedFrom(context, holder, namespace === undefined ? { address } : { address, namespace });
  const reason = addressReason(context, address);
  if (reason !== 'no-pod' || isLastTry || lookups.podRangeOf(address) === 'none') return skipped(reason, namespace);
  return { kind: 'later', address, reason, namespace };
}

/** What an address is that no pod held. */
export function addressReason({ lookups, isLastTry }: ResolveContext, address: string): SkipReason {
  if (lookups.isApiServer(address)) return 'api-server-address';
  if (lookups.isNode(address)) return 'node-address';
  if (lookups.isRememberedPodAddress(address)) return 'no-pod';
  const range = lookups.podRangeOf(address);
  return range === 'node-range' || (range === 'near-pods' && !isLastTry) ? 'no-pod' : 'outside-address';
}

/**
 * Keys of the workloads that pods behind a Service belong to, when those are several, as far as they are at hand: which
 * of them is meant is not known then.
 */
export function candidatesAmong(
  { identities }: ResolveContext,
  pods: readonly PodRecord[],
  { ofOneOwner }: Backends,
): readonly string[] {
  if (ofOneOwner || pods.length < 2) return [];
  const keys = new Set<string>();
  for (const pod of pods) {
    const identified = identities.of(pod);
    if (!(identified instanceof Promise) && identified.kind === 'identified') keys.add(identified.workload.key);
  }
  return keys.size > 1 ? [...keys] : [];
}
