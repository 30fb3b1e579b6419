import { pause, monotonicTime } from '@network-mapper/runtime';

/** Milliseconds of CPU that a scan may take at a time without a rest. */
const longestBurst = 20;
/** Milliseconds of CPU for which the first scan goes on without a rest. */
const firstBurst = 500;

/**
 * Keeps the scan's cost below a share of one core by resting after work: in small steps while a scan goes on, so that
 * it is spread out, and between scans. Most of the work is the kernel's, on libuv's threads: what the process's other
 * threads use while a scan goes on counts as the scan's, and its steps on this thread are measured.
 */
export class CpuBudget {
  readonly #share: number;
  #cost = 0;
  #debt = 0;
  #others = otherThreads();
  #firstScan = true;

  readonly #pause: typeof pause;

  /** @param share Of one core, above 0 and up to 1. */
  constructor(share: number, rest: typeof pause = pause) {
    this.#share = share;
    this.#pause = rest;
  }

  /** Milliseconds of CPU that scans took since the start. */
  get cost(): number {
    return this.#cost;
  }

  /** Does a step of the scan on this thread. */
  step<T>(work: () => T): T {
    const start = monotonicTime();
    try {
      return work();
    } finally {
      this.#charge(monotonicTime() - start);
    }
  }

  /** Some work was done: rests when it has come to more than a burst. */
  async restIfOverBudget(signal: AbortSignal): Promise<void> {
    this.#chargeOthers();
    if (this.#debt > (this.#firstScan ? firstBurst : longestBurst)) await this.#rest(0, signal);
  }

  /** A scan was finished: rests `atLeast` milliseconds. False when `signal` aborted. */
  async restAfterScan(atLeast: number, signal: AbortSignal): Promise<boolean> {
    this.#chargeOthers();
    this.#firstScan = false;
    return this.#rest(atLeast, signal);
  }

  #chargeOthers(): void {
    const others = otherThreads();
    this.#charge(Math.max(0, others - this.#others));
    this.#others = others;
  }

  #charge(milliseconds: number): void {
    this.#cost += milliseconds;
    this.#debt += milliseconds;
  }

  async #rest(atLeast: number, signal: AbortSignal): Promise<boolean> {
    const rest = Math.max(atLeast, this.#debt / this.#share - this.#debt);
    this.#debt = 0;
    const goOn = await this.#pause(rest, signal);
    this.#others = otherThreads(); // What they did meanwhile was not the scan's.
    return goOn;
  }
}

/** Milliseconds of CPU of all threads but this one since the process began. */
function otherThreads(): number {
  const all = process.cpuUsage();
  const own = process.threadCpuUsage();
  return (all.user + all.system - own.user - own.system) / 1000;
}
