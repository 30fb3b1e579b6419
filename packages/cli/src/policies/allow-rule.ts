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
  /** Processes on the network of nodes: no selector of pods finds them. */
  | { readonly kind: 'host'; readonly workload: WorkloadName; readonly addresses: readonly string[] }
  /** The Kubernetes API, wherever it runs. */
  | { readonly kind: 'api-server' }
  /** The cluster's resolvers, through their Service and on the node (NodeLocal DNSCache). */
  | { readonly kind: 'dns' }
  /** A name outside of the cluster. */
  | { readonly kind: 'name'; readonly dnsName: string }
  /** Anybody, outside of the cluster too. */
  | { readonly kind: 'anywhere' };

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
  /** When the calls were seen, and how often; undefined when a snapshot does not say. */
  readonly seen: { readonly first: string; readonly last: string; readonly count: number } | undefined;
}

/** A workload for which no policy can be written, and why. */
export interface Refused extends WorkloadName {
  readonly reason: string;
}

/** A peer in words. */
export function peerWords(peer: Peer): string {
  switch (peer.kind) {
    case 'workload':
      return `${peer.workload.namespace}/${peer.workload.name}`;
    case 'host':
      return `${peer.workload.namespace}/${peer.workload.name} (on the host network)`;
    case 'api-server':
      return 'the Kubernetes API';
    case 'dns':
      return "the cluster's DNS";
    case 'name':
      return peer.dnsName;
    case 'anywhere':
      return 'anybody, from outside of the cluster too';
  }
}
