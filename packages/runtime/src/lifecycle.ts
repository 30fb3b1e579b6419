import { setTimeout as sleep } from 'node:timers/promises';

/** Something that works until its signal aborts. Its promise resolves once it has released everything it held. */
export interface Runnable {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Runs all of `runnables` until `signal` aborts or one of them ends; then stops the others, waits for
 * them, and throws the first failure.
 */
export async function runAll(runnables: readonly Runnable[], signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const stopping = AbortSignal.any([signal, stop.signal]);
  const failures: unknown[] = [];

  await Promise.all(
    runnables.map(async runnable => {
      const { name } = runnable;
      try {
        await runnable.run(stopping);
        if (!stopping.aborted) failures.push(new Error(`${name} ended before it had to`));
      } catch (error) {
        failures.push(error instanceof Error ? error : new Error(`${name} failed`, { cause: error }));
      } finally {
        stop.abort();
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
}

/** Runs `work` every `interval` milliseconds, never twice at once, until `signal` aborts. */
export async function every(interval: number, work: () => Promise<void> | void, signal: AbortSignal): Promise<void> {
  while (await pause(interval, signal)) await work();
}

/** Waits `milliseconds`; false when `signal` aborted, at once in that case. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
  try {
    await sleep(milliseconds, undefined, signal && { signal });
    return true;
  } catch (error) {
    if (signal?.aborted === true) return false;
    throw error;
  }
}

/** Resolves when `signal` aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>(resolve => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
