/**
 * Milliseconds since 1970, by the machine's clock: for times that leave the process. It jumps when somebody sets it.
 */
export function wallTime(): number {
  return Date.now();
}

/**
 * Milliseconds of a clock that only goes forward: for durations, limits and expiry. It counts from the process's start.
 */
export function monotonicTime(): number {
  return performance.now();
}
