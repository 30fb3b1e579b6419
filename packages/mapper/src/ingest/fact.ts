import type { Evidence } from '@network-mapper/model';
import type { Unresolved } from '../resolve/resolution.ts';

/** One thing that a source saw, on its way to the map. */
export interface Fact {
  readonly evidence: Evidence;
  /** The two sides as the source named them. */
  readonly clientName: string;
  readonly serverName: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Resolves it and puts it on the map; undefined when that is done. May be tried again. */
  settle(): Unresolved | undefined;
}
