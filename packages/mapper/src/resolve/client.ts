import { unknownProvenance, type AddressParty, type Provenance } from '@network-mapper/model';
import type { ResolveContext } from './context.ts';
import type { PodRecord } from './lookups.ts';
import { extraInfo } from './original-names.ts';
import { apiServerWorkload, provenanceOf, resolvePod, unresolvedFrom } from './pod-workload.ts';
import { skipped, type Resolved, type Unresolved } from './resolution.ts';
import { distrustClient } from './trust.ts';

/** The workload behind a client's address at a moment (milliseconds since the epoch). */
export function resolveClient(context: ResolveContext, client: AddressParty, at: number): Resolved | Unresolved {
  const { lookups, isLastTry } = context;
  const { ip, hostname, podUid } = client;
  const pod = podUid === undefined ? undefined : lookups.podWithUid(podUid);
  if (pod !== undefined) return clientPod(context, pod, { client, at });
  if (lookups.isApiServer(ip)) return apiServerClient(context, client);
  const holder = lookups.podAt(ip, { at, hostname });
  if (holder.kind === 'pod') return clientPod(context, holder.pod, { client, at });
  if (holder.kind !== 'nobody') return unresolvedFrom(context, holder, { address: ip });
  if (lookups.isNode(ip)) return skipped('node-address');
  return isLastTry ? skipped('no-pod') : { kind: 'later', address: ip, reason: 'no-pod' };
}

function clientPod(
  context: ResolveContext,
  pod: PodRecord,
  { client, at }: { readonly client: AddressParty; readonly at: number },
): Resolved | Unresolved {
  const { hostname, podUid } = client;
  const { requireHostname } = context.options;
  const reason = distrustClient(pod, { at, hostname, requireHostname, namedByUid: podUid !== undefined });
  if (reason !== undefined) return skipped(reason, pod.namespace);
  return resolvePod(context, pod, () => clientProvenance(context, pod, client));
}

/** What is known of a client is the same for each of its edges, apart from its age. */
function clientProvenance(context: ResolveContext, pod: PodRecord, { ip, hostname }: AddressParty): Provenance {
  const { clientProvenances } = context;
  const known = clientProvenances.get(pod);
  const procfsHostname = hostname ?? null;
  if (known?.procfsHostname === procfsHostname) return known;
  const host = pod.addresses[0] ?? ip;
  const seen = provenanceOf(context, pod, { host, procfsHostname, isService: false, extraInfo: extraInfo.client })();
  clientProvenances.set(pod, seen);
  return seen;
}

function apiServerClient({ lookups, now }: ResolveContext, { ip, hostname }: AddressParty): Resolved | Unresolved {
  // Where the API server shares a node's address, any process of that node looks like it.
  if (lookups.isNode(ip) || lookups.podAt(ip, { at: now() }).kind === 'host-network') return skipped('host-network');
  const provenance = (): Provenance => ({ ...unknownProvenance, host: ip, podHostname: hostname ?? '' });
  return { kind: 'resolved', workload: apiServerWorkload, provenance, pod: undefined };
}
