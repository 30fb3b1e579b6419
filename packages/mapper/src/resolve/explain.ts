import { identityKey, normalAddress, type Provenance, type SkipReason, type Workload } from '@network-mapper/model';
import type { ResolveContext } from './context.ts';
import type { Identities, OwnerStep } from './identity.ts';
import type { PodRecord, ServiceRecord } from './lookups.ts';
import { serverPodAt } from './pod-workload.ts';
import type { Unresolved } from './resolution.ts';
import { resolveService } from './service.ts';

export interface Explanation {
  readonly identity: { readonly workload: Workload; readonly provenance: Provenance | null } | null;
  readonly reason: SkipReason | null;
  readonly pod: string | null;
  readonly service: string | null;
  readonly override: string | null;
  readonly owners: readonly OwnerStep[];
}

/** Times are milliseconds since the epoch. */
export interface Question {
  readonly pod?: { readonly name: string; readonly namespace: string } | null | undefined;
  readonly address?: string | null | undefined;
  readonly at?: number | null | undefined;
}

/** Says what a pod or an address is resolved to, and how: by the functions that resolve sightings. */
export type Explain = (question: Question) => Promise<Explanation>;

const unknown: Explanation = { identity: null, reason: null, pod: null, service: null, override: null, owners: [] };

export function createExplain(context: ResolveContext): Explain {
  const { lookups, identities, now } = context;
  return async ({ pod: name, address, at }) => {
    if (name) {
      const pod = lookups.podNamed(name);
      return pod === undefined ? { ...unknown, reason: 'unknown-workload' } : explainPod(identities, pod, undefined);
    }
    const text = address ?? '';
    return explainAddress(context, normalAddress(text) ?? text, at ?? now());
  };
}

async function explainAddress(context: ResolveContext, address: string, at: number): Promise<Explanation> {
  const { lookups, identities } = context;
  const service = lookups.serviceAt(address);
  if (service === 'several') return { ...unknown, reason: 'ambiguous-service' };
  if (service === undefined) {
    const pod = serverPodAt(context, address, { at, namespace: undefined });
    return 'kind' in pod ? { ...unknown, reason: reasonOf(pod) } : explainPod(identities, pod, undefined);
  }
  const resolved = resolveService(context, service, { at, host: address });
  const [first] = lookups.backendsOf(service).pods;
  if (resolved.kind === 'skipped' || resolved.kind === 'later')
    return { ...unknown, service: identityKey(service), reason: resolved.reason };
  if (first !== undefined) return explainPod(identities, first, service);
  if (resolved.kind === 'reading') return { ...unknown, service: identityKey(service) };
  return { ...unknown, service: identityKey(service), identity: { workload: resolved.workload, provenance: null } };
}

async function explainPod(
  identities: Identities,
  pod: PodRecord,
  service: ServiceRecord | undefined,
): Promise<Explanation> {
  const identified = await identities.of(pod);
  const known = {
    ...unknown,
    pod: identityKey(pod),
    service: service === undefined ? null : identityKey(service),
    override: pod.override?.by ?? null,
    owners: identified.steps,
  };
  if (identified.kind === 'unreadable') return { ...known, reason: 'owner-unreadable' };
  return { ...known, identity: { workload: identified.workload, provenance: null } };
}

function reasonOf(unresolved: Unresolved): SkipReason | null {
  return unresolved.kind === 'reading' ? null : unresolved.reason;
}
