/** A part of a buffer: `bytes` from `start` up to, not including, `end`. */
export interface Slice {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}
