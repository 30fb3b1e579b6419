import type { MapLabel, WorkloadName } from '../network-map.ts';

/** The pods of a workload, as policies select them. */
export interface Selected extends WorkloadName {
  readonly labels: readonly MapLabel[];
}

export interface PolicyPort {
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** Whom a rule is about, at the other end. */
export type Peer =
  | { readonly kind: 'workload'; readonly workload: Selected }
  /** The cluster's resolvers, through their Service and on the node (NodeLocal DNSCache). */
  | { readonly kind: 'dns' };

/** One thing that a workload may do; all dialects are written from these. */
export interface AllowRule {
  readonly subject: Selected;
  readonly direction: 'ingress' | 'egress';
  readonly peer: Peer;
  /** Of the server's pods; all ports where they are not known. */
  readonly ports: readonly PolicyPort[] | 'all';
  /** Undefined for what no call shows, as DNS. */
  readonly evidence: RuleEvidence | undefined;
}

export interface RuleEvidence {
  readonly kinds: readonly string[];
  /** How often the call was reported; undefined when a snapshot without counts says nothing. */
  readonly count: number | undefined;
}

/** A workload for which no policy can be written, and why. */
export interface Refused extends WorkloadName {
  readonly reason: string;
}
