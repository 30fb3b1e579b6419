import type { Provenance, Workload } from '@network-mapper/model';
import type { Interner } from '../interner.ts';
import type { DnsNames } from './dns-name.ts';
import type { Identities } from './identity.ts';
import type { Backends, Lookups, PodRecord } from './lookups.ts';

export interface ResolveOptions {
  /** Milliseconds that a server must have lived before its address is believed; 0 believes at once. */
  readonly trustAfter: number;
  /** On AWS addresses are used again so soon that a client without a hostname is not believed. */
  readonly requireHostname: boolean;
}

/** A pod that stands for all pods behind a Service, and its workload as reached through the Service. */
export interface StandIn {
  readonly pod: PodRecord;
  readonly workload: Workload;
}

/** What every step of resolution works with. The steps are functions and hold no state. */
export interface ResolveContext {
  readonly lookups: Lookups;
  readonly identities: Identities;
  readonly interner: Interner;
  /** Of the cluster's domain. */
  readonly names: DnsNames;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly options: ResolveOptions;
  /** How clients were resolved, by their pods: all edges of a client share what was written down for its first. */
  readonly clientProvenances: WeakMap<PodRecord, Provenance>;
  /** What stands for Services, as long as what is behind them stays the same: looked up once, not with each name. */
  readonly standIns: WeakMap<Backends, StandIn>;
  /** The sighting has waited for its pods as long as sightings may: there is no later. */
  readonly isLastTry: boolean;
}
