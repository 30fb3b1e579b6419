import type { Sighting, SkipReason } from '@network-mapper/model';
import { MultiMap } from '@network-mapper/runtime';
import type { Sender } from '../auth/access.ts';

export interface Waiting {
  readonly sighting: Sighting;
  /** The agent that reported it. */
  readonly sender: Sender;
  readonly address: string;
  /** Why it is skipped when no pod becomes known. */
  readonly reason: SkipReason;
  readonly namespace: string | undefined;
  readonly until: number;
}

export interface WaitingRoomOptions {
  /** Milliseconds that a sighting waits. */
  readonly wait: number;
  /** Sightings at the most. */
  readonly places: number;
  /** And of one sender: nobody takes the places of all. */
  readonly placesPerSender: number;
}

/** Sightings of addresses of which nothing is known yet: they came before the watch events of their pods. */
export class WaitingRoom {
  readonly #options: WaitingRoomOptions;
  readonly #byAddress = new MultiMap<string, Waiting>();
  readonly #bySender = new Map<string, number>();
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
    const { places, placesPerSender, wait } = this.#options;
    if (this.#all.size >= places || (this.#bySender.get(waiting.sender.name) ?? 0) >= placesPerSender) return false;
    this.putBack({ ...waiting, until: now + wait });
    return true;
  }

  /** Takes out what waits for an address, with the time that each has left. */
  takeByAddress(address: string): readonly Waiting[] {
    const group = this.#byAddress.get(address);
    for (const waiting of group) this.#remove(waiting);
    return group;
  }

  /** Puts back what was taken out too early. */
  putBack(waiting: Waiting): void {
    this.#all.add(waiting);
    this.#bySender.set(waiting.sender.name, (this.#bySender.get(waiting.sender.name) ?? 0) + 1);
    this.#byAddress.add(waiting.address, waiting);
  }

  /** Takes out what has waited long enough. */
  takeExpired(now: number): readonly Waiting[] {
    const expired = [...this.#all].filter(({ until }) => until <= now);
    for (const waiting of expired) this.#remove(waiting);
    return expired;
  }

  #remove(waiting: Waiting): void {
    const { address } = waiting;
    const sender = waiting.sender.name;
    this.#all.delete(waiting);
    const left = (this.#bySender.get(sender) ?? 1) - 1;
    if (left === 0) this.#bySender.delete(sender);
    else this.#bySender.set(sender, left);
    this.#byAddress.delete(address, waiting);
  }
}
