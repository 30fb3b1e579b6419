import type { Found, SkipReason, Workload } from '@network-mapper/model';
import type { Identities, OwnerStep } from './identity.ts';
import type { Lookups, PodRecord } from './lookups.ts';
import { untold } from './resolution.ts';

export interface Explanation {
  readonly identity: { readonly workload: Workload; readonly found: Found | null } | null;
  readonly reason: SkipReason | null;
  readonly pod: string | null;
  readonly service: string | null;
  readonly override: string | null;
  readonly owners: readonly OwnerStep[];
}

/** Times are milliseconds since the epoch. */
export interface Question {
  readonly pod?: { readonly name: string; readonly namespace: string } | null;
  readonly address?: string | null;
  readonly at?: number | null;
}

/** Says what a pod or an address is taken for, and why. */
export type Explain = (question: Question) => Promise<Explanation>;

const nothing: Explanation = { identity: null, reason: null, pod: null, service: null, override: null, owners: [] };

export function createExplain(lookups: Lookups, identities: Identities, now: () => number): Explain {
  async function ofPod(pod: PodRecord, service: string | null): Promise<Explanation> {
    const identified = await identities.of(pod);
    const known = {
      ...nothing,
      pod: `${pod.namespace}/${pod.name}`,
      service,
      override: pod.override?.by ?? null,
      owners: identified.steps,
    };
    if (identified.kind === 'unreadable') return { ...known, reason: 'owner-unreadable' };
    return { ...known, identity: { workload: identified.workload, found: null } };
  }

  async function ofAddress(address: string, at: number): Promise<Explanation> {
    const service = lookups.serviceHolding(address);
    if (service === 'several') return { ...nothing, reason: 'ambiguous-service' };
    if (service !== undefined) {
      const [first] = lookups.backendsOf(service).pods;
      const name = `${service.namespace}/${service.name}`;
      return first === undefined ? { ...nothing, service: name, reason: 'service-without-pods' } : ofPod(first, name);
    }
    const holder = lookups.podHolding(address, { at });
    switch (holder.kind) {
      case 'pod':
        return ofPod(holder.pod, null);
      case 'nobody':
        return {
          ...nothing,
          reason: lookups.isApiServer(address)
            ? 'api-server-address'
            : lookups.isNode(address)
              ? 'node-address'
              : 'no-pod',
        };
      default:
        return { ...nothing, reason: untold(holder, { address }).reason };
    }
  }

  return async ({ pod: name, address, at }) => {
    if (name) {
      const pod = lookups.podNamed(name);
      return pod === undefined ? { ...nothing, reason: 'unknown-workload' } : ofPod(pod, null);
    }
    return ofAddress(address ?? '', at ?? now());
  };
}
