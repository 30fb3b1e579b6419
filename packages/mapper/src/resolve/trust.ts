import type { PodRecord } from './lookups.ts';
import type { SkipReason } from '@network-mapper/model';

export interface Witness {
  /** Milliseconds since the epoch, by the clock of the node. */
  readonly at: number;
  /** What the client's process says its host is called; empty when the agent could not read it. */
  readonly hostname: string;
  /** Whether a client without a hostname is refused. */
  readonly requireHostname: boolean;
  /** Whether the agent itself said that the process belongs to this pod. */
  readonly namedByUid: boolean;
}

type Rule = (pod: PodRecord, witness: Witness) => SkipReason | undefined;

/** Is the pod that was found the one that was seen? Believed only when no rule objects; the first objection is the reason. */
const rules: readonly Rule[] = [
  (pod, { at }) => (pod.createdAt > at ? 'pod-started-later' : undefined),
  (pod, { hostname, requireHostname, namedByUid }) => {
    if (namedByUid) return undefined;
    if (hostname === '') return requireHostname ? 'hostname-mismatch' : undefined;
    return hostname === pod.name || hostname === pod.hostname ? undefined : 'hostname-mismatch';
  },
];

export function objection(pod: PodRecord, witness: Witness): SkipReason | undefined {
  for (const rule of rules) {
    const reason = rule(pod, witness);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
