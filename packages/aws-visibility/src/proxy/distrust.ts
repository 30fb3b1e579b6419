import { LruMap } from '@network-mapper/runtime';

/** Handshakes in which a client may refuse our certificate before its pod is left alone. */
const mostRefusals = 3;
const mostPods = 10_000;

/**
 * Pods whose clients do not trust our authority: programs that keep their own list, or read ours only at their start.
 * They are remembered as long as the process lives.
 */
export class Distrust {
  readonly #refusals = new LruMap<string, number>({ maxEntries: mostPods });

  /** A client of the pod refused our certificate; true when that was once too often. */
  refused(pod: string): boolean {
    const refusals = (this.#refusals.get(pod) ?? 0) + 1;
    this.#refusals.set(pod, refusals);
    return refusals === mostRefusals;
  }

  /** A client of the pod trusted it: what refused it is another one. */
  trusted(pod: string): void {
    if (!this.has(pod)) this.#refusals.delete(pod);
  }

  has(pod: string): boolean {
    return (this.#refusals.get(pod) ?? 0) >= mostRefusals;
  }
}
