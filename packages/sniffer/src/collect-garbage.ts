import { every, type Runnable } from '@network-mapper/runtime';

export interface GarbageCollectionOptions {
  /** Milliseconds of CPU that the process has used. */
  readonly cpu: () => number;
  /** Gives back what is not in use; absent unless Node runs with `--expose-gc`. */
  readonly collect: (() => void) | undefined;
  /** Milliseconds between two looks. */
  readonly interval: number;
}

/** Whether there was much to do lately. */
type Pace =
  | { readonly kind: 'calm' }
  | { readonly kind: 'busy' }
  /** A burst is over; what it left behind is given up by and by. */
  | { readonly kind: 'cooling'; readonly looks: number };

/** Share of one core above which the process is busy: more than 10,000 answers or connections a second take. */
const busyShare = 0.15;
/** Looks after a burst until what collectors remembered of it (40 s) is garbage as well. */
const looksUntilForgotten = 4;

/**
 * Gives memory back after a burst: left alone, V8 keeps for a process of little work what a hundred times as much took.
 * Collecting takes some milliseconds, at a time when there is nothing to do.
 */
export function createGarbageCollection({ cpu, collect, interval }: GarbageCollectionOptions): Runnable {
  let pace: Pace = { kind: 'calm' };
  let before = cpu();
  const look = (): void => {
    const now = cpu();
    const isBusy = now - before > busyShare * interval;
    before = now;
    const next = nextPace(pace, isBusy);
    if (next.kind === 'cooling' && next.looks === 1) collect?.();
    if (pace.kind === 'cooling' && next.kind === 'calm') collect?.();
    pace = next;
  };
  return { name: 'the collection of garbage', run: signal => every(interval, look, signal) };
}

function nextPace(pace: Pace, isBusy: boolean): Pace {
  if (isBusy) return { kind: 'busy' };
  if (pace.kind === 'calm') return pace;
  const looks = pace.kind === 'busy' ? 1 : pace.looks + 1;
  return looks > looksUntilForgotten ? { kind: 'calm' } : { kind: 'cooling', looks };
}
