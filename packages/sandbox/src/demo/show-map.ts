import { setTimeout as sleep } from 'node:timers/promises';
import { graphOf, readMap } from '../map.ts';
import { microservicesDemo } from '../plan.ts';
import type { WatchedProcess } from '../watched-process.ts';
import { listCommand, runCommandLine } from './command-line.ts';
import { narrate } from './narrator.ts';

/**
 * Longest time the map may take once everything runs: a scan of open sockets is due every five seconds, a report every
 * second.
 */
const longestMappingMilliseconds = 25_000;

/**
 * Waits until the map shows every call of the demo, the time is up or `cannotComplete`; returns the calls that are not
 * in it then.
 */
async function missingCalls(mapperUrl: string, cannotComplete: () => boolean): Promise<readonly string[]> {
  const wanted = graphOf(microservicesDemo);
  const limit = AbortSignal.timeout(longestMappingMilliseconds);
  let known = -1;
  while (true) {
    const map = await readMap({ mapperUrl, namespace: microservicesDemo.namespace });
    const missing = [...wanted].filter(call => !map.has(call));
    if (wanted.size - missing.length !== known) {
      known = wanted.size - missing.length;
      narrate(`${String(known)} of ${String(wanted.size)} calls are in the map`);
    }
    if (missing.length === 0 || limit.aborted || cannotComplete()) return missing;
    await sleep(200);
  }
}

export interface Shown {
  readonly processes: readonly WatchedProcess[];
  /** True once the map cannot become complete any more. */
  readonly cannotComplete: () => boolean;
}

/**
 * Prints the map once it is complete; where it does not become so, what there is, and what the processes wrote last.
 * True when complete.
 */
export async function showMap(mapperUrl: string, { processes, cannotComplete }: Shown): Promise<boolean> {
  const missing = await missingCalls(mapperUrl, cannotComplete);
  const code = await runCommandLine(listCommand(mapperUrl));
  if (missing.length === 0) return code === 0;
  narrate(`the map is not complete: ${missing.join(', ')} missing`);
  for (const { name, lines } of processes)
    process.stderr.write(`the ${name} wrote last:\n${lines.slice(-10).join('\n')}\n`);
  return false;
}
