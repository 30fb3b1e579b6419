import { every } from '@network-mapper/runtime';
export interface AnswerSlotsOptions {
  /** Long answers that are written at the same time. */
  readonly max: number;
  /** Answers that wait for their turn at the most. */
  readonly maxWaiting: number;
  /** Milliseconds that a client may leave unread what was sent, once others wait. */
  readonly patience: number;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
}

/** The right to write a long answer. */
export interface AnswerSlot extends Disposable {
  /** Says that the client has (or has no more) to take what was sent before more is written. */
  setBlocked(blocked: boolean): void;
}

interface Writing {
  readonly cut: () => void;
  blockedSince: number | undefined;
}

/**
 * How many long answers are written at the same time: each holds what was written and not yet read. Clients that do not
 * read are cut when others wait.
 */
export class AnswerSlots {
  readonly #options: AnswerSlotsOptions;
  readonly #writing = new Set<Writing>();
  readonly #waiting: (() => void)[] = [];

  constructor(options: AnswerSlotsOptions) {
    this.#options = options;
  }

  /** Undefined when too many wait already. `cut` ends the connection of a client that does not read. */
  async take(cut: () => void): Promise<AnswerSlot | undefined> {
    if (this.#writing.size >= this.#options.max) {
      if (this.#waiting.length >= this.#options.maxWaiting) return undefined;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#waiting.push(() => resolve(undefined));
      this.#cutBlocked();
      const waiting = new AbortController();
      void every(this.#options.patience, () => this.#cutBlocked(), waiting.signal);
      await promise;
      waiting.abort();
    }
    const writing: Writing = { cut, blockedSince: undefined };
    this.#writing.add(writing);
    return {
      setBlocked: blocked => {
        writing.blockedSince = blocked ? this.#options.clock() : undefined;
      },
      [Symbol.dispose]: () => {
        this.#writing.delete(writing);
        if (this.#writing.size < this.#options.max) this.#waiting.shift()?.();
      },
    };
  }

  #cutBlocked(): void {
    const before = this.#options.clock() - this.#options.patience;
    for (const { cut, blockedSince } of this.#writing) {
      if (blockedSince !== undefined && blockedSince <= before) cut();
    }
  }
}
