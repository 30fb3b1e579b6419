import { setTimeout as sleep } from 'node:timers/promises';
import { graphOf, readMap } from '../map.ts';
import type { Plan } from '../plan.ts';

export interface Completion {
  readonly of: number;
  /** Calls that are not in the map. */
  readonly missing: readonly string[];
}

interface Watched {
  readonly plan: Plan;
  readonly mapperUrl: string;
  readonly withinMilliseconds: number;
  readonly onProgress: (known: number, of: number) => void;
}

/** Waits until the mapper's map shows every call of the plan, or the time is up; tells what is missing then. */
export async function mapCompletion({ plan, mapperUrl, withinMilliseconds, onProgress }: Watched): Promise<Completion> {
  const wanted = graphOf(plan);
  const limit = AbortSignal.timeout(withinMilliseconds);
  let known = -1;
  while (true) {
    const map = await readMap({ mapperUrl, namespace: plan.namespace });
    const missing = [...wanted].filter(call => !map.has(call));
    if (wanted.size - missing.length !== known) onProgress((known = wanted.size - missing.length), wanted.size);
    if (missing.length === 0 || limit.aborted) return { of: wanted.size, missing };
    await sleep(200);
  }
}
