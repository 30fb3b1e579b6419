import type { Evidence, Sighting } from '@network-mapper/model';
import type { Batch, Book } from './book.ts';
import type { Outcome } from './link/outcome.ts';

export interface ChannelEvents {
  readonly onReported: (evidence: Evidence, sightings: number) => void;
  /** The mapper will never take these. */
  readonly onRejected: (evidence: Evidence, sightings: number, problem: string) => void;
}

export interface ChannelOptions {
  readonly evidence: Evidence;
  readonly book: Book;
  readonly send: (sightings: readonly Sighting[], signal: AbortSignal) => Promise<Outcome>;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  readonly events: ChannelEvents;
}

export interface FlushOptions {
  readonly signal: AbortSignal;
  /** Report also what only lasts. */
  readonly all: boolean;
}

/** Sightings in one request: about 150 KB of JSON, made in some milliseconds. */
const maxBatch = 500;

/**
 * Reports what is due in a book, in batches. A batch that is rejected is halved until the sighting that is to blame is
 * alone; that one is given up. A batch that fails for another reason stays in the book.
 */
export class Channel {
  readonly #options: ChannelOptions;
  #limit = maxBatch;

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /** Reports all that is due; stops at the first failure. */
  async flush({ signal, all }: FlushOptions): Promise<Outcome> {
    const { book, clock, send } = this.#options;
    while (true) {
      const batch = book.take({ now: clock(), limit: this.#limit, all });
      if (batch === undefined) return { kind: 'accepted' };
      const outcome = await send(batch.sightings, signal);
      this.#finish(batch, outcome);
      if (outcome.kind === 'retry') return outcome;
    }
  }

  #finish(batch: Batch, outcome: Outcome): void {
    const { evidence, clock, events } = this.#options;
    const { length } = batch.sightings;
    if (outcome.kind === 'accepted') {
      batch.acknowledge(clock());
      events.onReported(evidence, length);
      this.#limit = Math.min(maxBatch, this.#limit * 2);
    } else if (outcome.kind === 'rejected' && length === 1) {
      batch.acknowledge(clock());
      events.onRejected(evidence, length, outcome.problem);
    } else {
      batch.release();
      if (outcome.kind === 'rejected') this.#limit = Math.ceil(length / 2);
    }
  }
}
