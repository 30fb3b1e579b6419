import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A larger heap would hold the process up for more than 50 ms: 2 ms a MiB. In bytes. */
const largest = 40 * 2 ** 20;

/**
 * Gives memory back that is not in use. The first lists of a large cluster pass through a hundred MB of short-lived
 * objects; left alone, V8 keeps a tenth of that for a process that will never need it again.
 */
export function collectSmallHeap(): void {
  if (process.memoryUsage().heapUsed <= largest) collectGarbage();
}

export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
}
