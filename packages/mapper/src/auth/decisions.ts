import { LruMap } from '@network-mapper/runtime';

/** The API server cannot be asked, and nothing is known from before. */
export class UndecidedError extends Error {
  constructor(cause: unknown) {
    super('who may ask cannot be found out: the API server does not answer', { cause });
    this.name = 'UndecidedError';
  }
}

export interface DecisionsOptions<T> {
  /** Asks the API server. Called once at a time for a key. */
  readonly decide: (key: string) => Promise<T>;
  /** Milliseconds for which an answer is not asked for again; 60,000 unless given. */
  readonly freshFor?: (value: T) => number;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /** Questions to the API server at once. */
  readonly maxInFlight: number;
}

interface Decision<T> {
  readonly value: T;
  readonly at: number;
}

/** Milliseconds. */
const usualFreshness = 60_000;
/** While the API server is away, what it said holds for this long, in milliseconds. */
const holdsFor = 10 * 60_000;
const maxEntries = 20_000;

/** Answers of the API server about who may, cached. */
export class Decisions<T> {
  readonly #options: DecisionsOptions<T>;
  readonly #known = new LruMap<string, Decision<T>>({ maxEntries });
  readonly #asking = new Map<string, Promise<T>>();
  readonly #waiting: (() => void)[] = [];
  #inFlight = 0;

  constructor(options: DecisionsOptions<T>) {
    this.#options = options;
  }

  /** Throws UndecidedError. */
  of(key: string): Promise<T> | T {
    const known = this.#known.get(key);
    const { clock, freshFor } = this.#options;
    if (known !== undefined && clock() - known.at < (freshFor?.(known.value) ?? usualFreshness)) return known.value;
    const asking = this.#asking.get(key);
    if (asking !== undefined) return asking;
    const asked = this.#ask(key, known).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asked);
    return asked;
  }

  async #ask(key: string, known: Decision<T> | undefined): Promise<T> {
    const { clock, decide, maxInFlight } = this.#options;
    if (this.#inFlight >= maxInFlight) await new Promise<void>(resolve => this.#waiting.push(resolve));
    this.#inFlight++;
    try {
      const value = await decide(key);
      this.#known.set(key, { value, at: clock() });
      return value;
    } catch (error) {
      if (known !== undefined && clock() - known.at < holdsFor) return known.value;
      throw new UndecidedError(error);
    } finally {
      this.#inFlight--;
      this.#waiting.shift()?.();
    }
  }
}
