import { hash } from 'node:crypto';

/** Counters of one proxy that are remembered at most. */
const mostCounters = 50_000;

/**
 * The counters of one proxy as they were when it was read last: only what was added since is traffic. A counter that is
 * smaller than before began again at 0.
 */
export class CounterTable {
  /** By hash: a counter's labels take a kilobyte. */
  #values = new Map<string, number>();
  #seen = new Map<string, number>();
  /** The next reading says where the counters stand, and nothing else. */
  #isBaseline: boolean;
  #left = 0;

  /** `isBaseline`: the proxy may have counted for long before it is read for the first time. */
  constructor({ isBaseline }: { readonly isBaseline: boolean }) {
    this.#isBaseline = isBaseline;
  }

  get size(): number {
    return this.#values.size;
  }

  /** Counters that there was no room for, since the start. */
  get left(): number {
    return this.#left;
  }

  /** How much was added to the counter since the last reading. */
  take({ id, value }: { readonly id: string; readonly value: number }): number {
    const key = hash('sha1', id, 'base64');
    const before = this.#values.get(key);
    if (this.#seen.size >= mostCounters) {
      this.#left++;
      return 0;
    }
    this.#seen.set(key, value);
    if (this.#isBaseline) return 0;
    return before === undefined || value < before ? value : value - before;
  }

  /** What comes next is called by other names: it says where the counters stand, and nothing else. */
  startAnew(): void {
    this.#values.clear();
    this.#isBaseline = true;
  }

  /**
   * The reading has ended. Counters that a whole reading lacked are gone; of one that broke off nothing is known about
   * the others.
   */
  endReading({ isWhole }: { readonly isWhole: boolean }): void {
    if (!isWhole)
      for (const [key, value] of this.#values)
        if (this.#seen.size < mostCounters && !this.#seen.has(key)) this.#seen.set(key, value);
    this.#values = this.#seen;
    this.#seen = new Map();
    if (isWhole) this.#isBaseline = false;
  }
}
