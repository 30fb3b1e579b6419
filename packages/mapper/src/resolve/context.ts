import type { Provenance } from '@network-mapper/model';
import type { Interner } from '../interner.ts';
import type { Identities } from './identity.ts';
import type { Lookups, PodRecord } from './lookups.ts';

export interface ResolveOptions {
  /** Lower-case, without a leading or trailing dot. */
  readonly clusterDomain: string;
  /** Milliseconds that a server must have lived before its address is believed; 0 believes at once. */
  readonly trustAfter: number;
  /** On AWS addresses are used again so soon that a client without a hostname is not believed. */
  readonly requireHostname: boolean;
}

/** What every step of resolution works with. The steps are functions and hold no state. */
export interface ResolveContext {
  readonly lookups: Lookups;
  readonly identities: Identities;
  readonly interner: Interner;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly options: ResolveOptions;
  /** How clients were resolved, by their pods: all edges of a client share what was written down for its first. */
  readonly clientProvenances: WeakMap<PodRecord, Provenance>;
  /** The sighting has waited for its pods as long as sightings may: there is no later. */
  readonly isLastTry: boolean;
}
