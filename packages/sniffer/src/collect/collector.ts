import type { Sighting } from '../sighting.ts';

/** Takes what was noticed; the caller keeps nothing. */
export type RecordSighting = (sighting: Sighting) => void;

/** One way of noticing who talks to whom on the packet path. */
export interface Collector {
  /**
   * Hands over what is settled.
   * @param now Milliseconds since the epoch by the clock of the packets; `Infinity` settles everything.
   */
  settle(now: number): void;
}
