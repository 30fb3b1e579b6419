import { backoff } from '@network-mapper/runtime';

export interface KeyedRetryQueueOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How many keys are worked on at once. */
  readonly parallel: number;
  /** The longest wait after failures, in milliseconds. */
  readonly longestWait: number;
  /** Does the work of a key; answers when it is due again, undefined where it is due only when it is enqueued. */
  readonly work: (key: string, signal: AbortSignal) => Promise<number | undefined>;
  /** Called with each failure of a key and how many there were in a row. */
  readonly failed: (key: string, error: unknown, failures: number) => void;
  /** As of `backoff`. */
  readonly random?: (() => number) | undefined;
}

interface Entry {
  /** Undefined when only enqueueing makes it due. */
  due: number | undefined;
  underway: boolean;
  /** In a row. */
  failures: number;
}

const firstWait = 1_000;

/**
 * Work that is done key by key, when it is due. One that fails is tried again after a second at the most, then ever
 * later (`backoff`); the others do not notice.
 */
export class KeyedRetryQueue {
  readonly #options: KeyedRetryQueueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #underway = new Set<Promise<void>>();

  constructor(options: KeyedRetryQueueOptions) {
    this.#options = options;
  }

  /** Makes a key due now; one that failed stays due when it was to be tried again. */
  enqueue(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, { due: this.#options.now(), underway: false, failures: 0 });
    else if (entry.failures === 0) entry.due = this.#options.now();
  }

  drop(key: string): void {
    this.#entries.delete(key);
  }

  /** Begins the work that is due, as much of it as may be done at once; the rest follows as that is done. */
  runDue(signal: AbortSignal): void {
    for (const [key, entry] of this.#entries) {
      if (this.#underway.size >= this.#options.parallel) return;
      if (entry.underway || entry.due === undefined || entry.due > this.#options.now()) continue;
      const doing = this.#do(key, entry, signal).finally(() => {
        this.#underway.delete(doing);
        if (!signal.aborted) this.runDue(signal);
      });
      this.#underway.add(doing);
    }
  }

  /** Resolves when no work is underway. */
  async drained(): Promise<void> {
    await Promise.all(this.#underway);
  }

  async #do(key: string, entry: Entry, signal: AbortSignal): Promise<void> {
    entry.underway = true;
    entry.due = undefined;
    try {
      const next = await this.#options.work(key, signal);
      entry.failures = 0;
      // Enqueued in the meantime: then that comes first.
      entry.due ??= next;
    } catch (error) {
      if (signal.aborted) return;
      const { now, longestWait: max, random } = this.#options;
      entry.failures++;
      entry.due = now() + backoff(entry.failures, { first: firstWait, max, random });
      // What was dropped in the meantime may well fail.
      if (this.#entries.get(key) === entry) this.#options.failed(key, error, entry.failures);
    } finally {
      entry.underway = false;
    }
  }
}
