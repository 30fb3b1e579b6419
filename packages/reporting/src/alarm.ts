import { pause } from '@network-mapper/runtime';

/** A pause that can be ended early. */
export class Alarm {
  #rung = false;
  #waiting: AbortController | undefined;

  /** Ends the pause, or the next one when nobody waits. */
  ring(): void {
    this.#rung = true;
    this.#waiting?.abort();
  }

  /** Waits `milliseconds` or until it rings; false when `signal` aborted. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    const waiting = new AbortController();
    const end = (): void => waiting.abort();
    signal.addEventListener('abort', end, { once: true });
    this.#waiting = waiting;
    if (!this.#rung && !signal.aborted) await pause(milliseconds, waiting.signal);
    this.#rung = false;
    signal.removeEventListener('abort', end);
    return !signal.aborted;
  }
}
