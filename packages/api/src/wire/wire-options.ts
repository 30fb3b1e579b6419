/** Which form of a report the mapper understands: `extended` has our additions, `original` has none of them. */
export type Dialect = 'extended' | 'original';

export interface ToWireOptions {
  readonly dialect: Dialect;
  /**
   * Milliseconds since the epoch: nothing was seen later than this, whatever a clock said that has been set back since.
   */
  readonly now: number;
}
