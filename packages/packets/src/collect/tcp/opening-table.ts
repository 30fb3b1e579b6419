import type { Opening } from './opening.ts';

/** About twice as many as openings, so that few are looked at that are not asked for. */
const bucketBits = 15;
/** What is left of 32 bits by a product's upper ones, which depend on all bits of its factor. */
const bucketShift = 32 - bucketBits;

/**
 * Openings in the order of their first packets, the latest with a sequence number found by it. A `Map` does the same,
 * but one of thousands of entries that come and go is made anew every few seconds, a megabyte each time.
 */
export class OpeningTable {
  readonly #buckets = new Array<Opening | undefined>(2 ** bucketBits).fill(undefined);
  #oldest: Opening | undefined;
  #newest: Opening | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): Opening | undefined {
    return this.#oldest;
  }

  /** The latest that was added of those with this sequence number. */
  latest(sequence: number): Opening | undefined {
    let opening = this.#buckets[bucketOf(sequence)];
    while (opening !== undefined && opening.sequence !== sequence) opening = opening.nextInBucket;
    return opening;
  }

  /**
   * Its sequence number must not change until it is removed.
   * @param latest Of its sequence number.
   */
  add(opening: Opening, latest: Opening | undefined): void {
    if (latest !== undefined) this.#leaveBucket(latest);
    const bucket = bucketOf(opening.sequence);
    opening.nextInBucket = this.#buckets[bucket];
    this.#buckets[bucket] = opening;
    opening.older = this.#newest;
    opening.newer = undefined;
    if (this.#newest === undefined) this.#oldest = opening;
    else this.#newest.newer = opening;
    this.#newest = opening;
    this.#size++;
  }

  remove(opening: Opening): void {
    const { older, newer } = opening;
    this.#leaveBucket(opening);
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    opening.older = opening.newer = undefined;
    this.#size--;
  }

  /** Each, the oldest first; `visit` may remove the one that it is given. */
  forEach(visit: (opening: Opening) => void): void {
    for (let opening = this.#oldest; opening !== undefined;) {
      const { newer } = opening;
      visit(opening);
      opening = newer;
    }
  }

  /** It may have left before, when another with its sequence number came. */
  #leaveBucket(opening: Opening): void {
    const bucket = bucketOf(opening.sequence);
    let before: Opening | undefined;
    let at = this.#buckets[bucket];
    while (at !== undefined && at !== opening) {
      before = at;
      at = at.nextInBucket;
    }
    if (at === undefined) return;
    if (before === undefined) this.#buckets[bucket] = opening.nextInBucket;
    else before.nextInBucket = opening.nextInBucket;
    opening.nextInBucket = undefined;
  }
}

/** Odd, and chosen at random: nobody can choose sequence numbers that share a bucket. */
const multiplier = Math.floor(Math.random() * 2 ** 32) | 1;

function bucketOf(sequence: number): number {
  return Math.imul(sequence, multiplier) >>> bucketShift;
}
