import type { Sighting } from '../sighting.ts';

/** Takes what was noticed; the caller keeps nothing. */
export type RecordSighting = (sighting: Sighting) => void;

/** One way of noticing who talks to whom on the packet path. */
export interface Collector {
  /**
   * Hands over what is settled; true when that was not all of it.
   * @param now Milliseconds since the epoch by the clock of the packets; `Infinity` settles everything.
   */
  settle(now: number, options?: SettleOptions): boolean;
}

export interface SettleOptions {
  /** Sightings of one kind of evidence that are handed over at most. */
  readonly most?: number;
}
