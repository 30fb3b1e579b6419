import { backoff, pause, type Runnable } from '@network-mapper/runtime';
import type { Batch, Book } from './book.ts';
import type { Outcome } from './outcome.ts';

/** A book and the way its sightings are told. */
export interface Channel<S, Name extends string> {
  readonly name: Name;
  readonly book: Book<S>;
  readonly send: (sightings: readonly S[], signal: AbortSignal) => Promise<Outcome>;
}

export interface ReporterEvents<Name extends string> {
  readonly onReported: (channel: Name, sightings: number) => void;
  /** The mapper will never take these. */
  readonly onRejected: (channel: Name, sightings: number, problem: string) => void;
  /** The first failure after a success; what failed is tried again. */
  readonly onTrouble: (problem: string) => void;
  readonly onRecovered: () => void;
}

export interface ReporterOptions<Name extends string> {
  readonly channels: readonly AnyChannel<Name>[];
  /** Milliseconds between reports. */
  readonly interval: number;
  /** Milliseconds the retries are apart at most. */
  readonly longestPause: number;
  /** Milliseconds the last report may take after the end was announced. */
  readonly farewell: number;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /** Called before each report, to bring in what collectors hold; before the last one with `final`. */
  readonly gather: (moment: { readonly final: boolean }) => Promise<void> | void;
  readonly events: ReporterEvents<Name>;
}

/** A channel whatever its sightings are. */
export interface AnyChannel<Name extends string> {
  /** Tells all that is due; stops at the first failure. */
  flush(options: FlushOptions<Name>): Promise<Outcome>;
}

export interface FlushOptions<Name extends string> {
  readonly clock: () => number;
  readonly signal: AbortSignal;
  /** Tell also what only lasts. */
  readonly all: boolean;
  readonly events: ReporterEvents<Name>;
}

/** Sightings in one request: about 150 KB of JSON, made in some milliseconds. */
const largestBatch = 500;

/**
 * Tells what is due in batches. A batch that is rejected is halved until the sighting that is to blame is
 * alone; that one is let go of. A batch that fails for another reason stays in the book.
 */
export function createChannel<S, Name extends string>({ name, book, send }: Channel<S, Name>): AnyChannel<Name> {
  let limit = largestBatch;

  /** False when there is no use in going on. */
  function settle(batch: Batch<S>, outcome: Outcome, { clock, events }: FlushOptions<Name>): boolean {
    const { length } = batch.sightings;
    if (outcome.kind === 'accepted') {
      batch.kept(clock());
      events.onReported(name, length);
      limit = Math.min(largestBatch, limit * 2);
    } else if (outcome.kind === 'rejected' && length === 1) {
      batch.kept(clock());
      events.onRejected(name, length, outcome.problem);
    } else {
      batch.returned();
      if (outcome.kind === 'retry') return false;
      limit = Math.ceil(length / 2);
    }
    return true;
  }

  return {
    flush: async options => {
      while (true) {
        const batch = book.take({ now: options.clock(), limit, all: options.all });
        if (batch === undefined) return { kind: 'accepted' };
        const outcome = await send(batch.sightings, options.signal);
        if (!settle(batch, outcome, options)) return outcome;
      }
    },
  };
}

/**
 * Reports what the channels' books hold until `signal` aborts, then once more what is left. While the mapper is
 * away the books keep and merge; tries are then ever farther apart, with a random part so that agents that lost
 * their mapper together do not come back together.
 */
export function createReporter<Name extends string>(options: ReporterOptions<Name>): Runnable {
  const { channels, interval, longestPause, farewell, clock, gather, events } = options;
  let failures = 0;

  async function report(signal: AbortSignal, all: boolean): Promise<void> {
    await gather({ final: all });
    for (const channel of channels) {
      const outcome = await channel.flush({ clock, signal, all, events });
      if (outcome.kind === 'accepted') continue;
      if (failures++ === 0) events.onTrouble(outcome.problem);
      return;
    }
    if (failures > 0) events.onRecovered();
    failures = 0;
  }

  function untilNext(): number {
    return failures === 0 ? interval : backoff(failures, { first: 2 * interval, max: longestPause });
  }

  return {
    name: 'the reporter',
    run: async signal => {
      // A report that is on its way when the end is announced may still arrive: it is given up only with the farewell.
      const giveUp = new AbortController();
      signal.addEventListener('abort', () => setTimeout(() => giveUp.abort(), farewell).unref(), { once: true });
      do await report(giveUp.signal, false);
      while (await pause(untilNext(), signal));
      await report(giveUp.signal, true);
    },
  };
}
