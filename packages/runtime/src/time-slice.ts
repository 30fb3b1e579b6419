import { setImmediate as nextTurn } from 'node:timers/promises';

export interface TimeSliceOptions {
  /** Milliseconds of work before others have their turn; 10 unless given. */
  readonly length?: number;
  /** The clock is looked at once in so many steps; at each unless given. */
  readonly stride?: number;
}

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

  /** Gives others their turn, at once, and begins the next slice. */
  async next(): Promise<void> {
    await nextTurn();
    this.#ends = performance.now() + this.#length;
  }
}
