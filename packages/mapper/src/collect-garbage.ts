import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Gives memory back that is not in use. The first lists of a large cluster pass through some hundred MB of short-lived objects; left alone, V8
 * keeps that memory for a process that will never need it again.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
}
