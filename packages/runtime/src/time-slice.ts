import { setImmediate as nextTurn } from 'node:timers/promises';

export interface TimeSliceOptions {
  /** Milliseconds of work before others have their turn; 10 unless given. */
  readonly length?: number;
  /** The clock is looked at once in so many steps; at each unless given. */
  readonly stride?: number;
}

/** Long pieces of work that wait for the event loop, first come, first served. */
class Turns {
  readonly #waiting: (() => void)[] = [];
  #serving = false;

  async wait(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#waiting.push(() => resolve(undefined));
    if (!this.#serving) void this.#serve();
    await promise;
  }

  /** One at a time, so that a turn of the loop is as long as one slice, however many work at the same time. */
  async #serve(): Promise<void> {
    this.#serving = true;
    while (this.#waiting.length > 0) {
      await nextTurn();
      const began = performance.now();
      do {
        this.#waiting.shift()?.();
        // Comes after all that the one that was let go on does at once.
        await new Promise<void>(resolve => process.nextTick(resolve));
      } while (this.#waiting.length > 0 && performance.now() - began < sharedTurn);
    }
    this.#serving = false;
  }
}

/** Milliseconds of one turn of the loop that those who wait share. */
const sharedTurn = 10;
/** There is one event loop, so there is one queue. */
const turns = new Turns();

/**
 * Long work that gives others (health checks, queries, packets) a turn of the event loop every few milliseconds:
 *
 *     const slice = new TimeSlice();
 *     for (const item of items) {
 *       work(item);
 *       if (slice.isOver()) await slice.next();
 *     }
 */
export class TimeSlice {
  readonly #length: number;
  readonly #stride: number;
  #steps = 0;
  #ends: number;

  constructor({ length = 10, stride = 1 }: TimeSliceOptions = {}) {
    this.#length = length;
    this.#stride = stride;
    this.#ends = performance.now() + length;
  }

  /** Asked after each step; without a promise, since most steps take microseconds. */
  isOver(): boolean {
    return ++this.#steps % this.#stride === 0 && performance.now() >= this.#ends;
  }

  /** Gives others their turn, also those who wait here for theirs, and begins the next slice. */
  async next(): Promise<void> {
    await turns.wait();
    this.#ends = performance.now() + this.#length;
  }
}
