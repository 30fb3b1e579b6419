import type { Destination, RecordedDestinationsForSrc } from '../types.generated.ts';

/** A report as the mapper has read it: times are milliseconds since the epoch. */
export type Received<T, Times extends keyof T = never> = Omit<T, Times> & { readonly [K in Times]: ReceivedTime<T[K]> };
type ReceivedTime<T> = T extends string ? number : T;
export type ReceivedDestination = Received<Destination, 'lastSeen' | 'firstSeen'>;
export type ReceivedSource = Omit<RecordedDestinationsForSrc, 'destinations'> & {
  readonly destinations: readonly ReceivedDestination[];
};
