import type { SkipReason } from '@network-mapper/model';
import type { Fact } from './fact.ts';

export interface Waiting {
  readonly fact: Fact;
  readonly address: string;
  /** Why it is skipped when no news comes. */
  readonly reason: SkipReason;
  readonly namespace: string | undefined;
  readonly until: number;
}

export interface WaitingRoomOptions {
  /** Milliseconds that a fact waits for news. */
  readonly patience: number;
  /** Facts at the most. */
  readonly places: number;
}

/** Facts about addresses of which nothing is known yet: they were seen before the news of their pods came. */
export class WaitingRoom {
  readonly #options: WaitingRoomOptions;
  readonly #byAddress = new Map<string, Set<Waiting>>();
  /** The first to come first. */
  readonly #all = new Set<Waiting>();

  constructor(options: WaitingRoomOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#all.size;
  }

  /** False when there is no room. */
  add(waiting: Omit<Waiting, 'until'>, now: number): boolean {
    if (this.#all.size >= this.#options.places) return false;
    const placed = { ...waiting, until: now + this.#options.patience };
    this.#all.add(placed);
    const group = this.#byAddress.get(waiting.address);
    if (group === undefined) this.#byAddress.set(waiting.address, new Set([placed]));
    else group.add(placed);
    return true;
  }

  /** Takes out what waits for news of an address, with the time that each has left. */
  takeByAddress(address: string): readonly Waiting[] {
    const group = this.#byAddress.get(address);
    if (group === undefined) return [];
    this.#byAddress.delete(address);
    for (const waiting of group) this.#all.delete(waiting);
    return [...group];
  }

  /** Puts back what was taken out too early. */
  putBack(waiting: Waiting): void {
    this.#all.add(waiting);
    const group = this.#byAddress.get(waiting.address);
    if (group === undefined) this.#byAddress.set(waiting.address, new Set([waiting]));
    else group.add(waiting);
  }

  /** Takes out what has waited long enough. */
  takeExpired(now: number): readonly Waiting[] {
    const expired: Waiting[] = [];
    for (const waiting of this.#all) {
      if (waiting.until > now) continue;
      expired.push(waiting);
      this.#all.delete(waiting);
      const group = this.#byAddress.get(waiting.address);
      group?.delete(waiting);
      if (group?.size === 0) this.#byAddress.delete(waiting.address);
    }
    return expired;
  }
}
