export interface BackoffOptions {
  /** Milliseconds after the first failure. */
  readonly first: number;
  /** Milliseconds after many. */
  readonly max: number;
  /** From 0 up to 1; `Math.random` unless given. */
  readonly random?: (() => number) | undefined;
}

/**
 * Milliseconds to wait before the next try, `failures` (from 1) in a row: twice as many after each, up to `max`, of
 * which a random half to all, so that many clients that lost the same server do not come back at once.
 */
export function backoff(failures: number, { first, max, random = Math.random }: BackoffOptions): number {
  const longest = Math.min(max, first * 2 ** Math.min(failures - 1, 40));
  return longest * (0.5 + random() / 2);
}
