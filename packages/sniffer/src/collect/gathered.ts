import type { SettleOptions } from './collector.ts';

/** Something that is seen again and again. */
export interface Gatherable {
  /** Milliseconds since the epoch. */
  firstSeen: number;
  lastSeen: number;
  /** How often it was seen since it was handed over. */
  seen: number;
  /** When it was handed over last; `-Infinity` for never. */
  handedOver: number;
}

export interface GatheredOptions<T> {
  readonly handOver: (item: T) => void;
  /** Milliseconds for which what was just seen is kept back: it may have to be taken back. */
  readonly keepBack: number;
  /** Milliseconds between two times that the same thing is handed over while it lasts. */
  readonly handOverEvery: number;
}

/** Milliseconds without being seen after which a thing is forgotten; twice as many at the most. */
const rememberFor = 30_000;
/** Things remembered at most, in each of two generations, and things that wait to be handed over. */
const mostRemembered = 16_384;
/** Things that are handed over before their time when there is no room. */
const leaveAtOnce = 512;

/**
 * What was seen, gathered under a key each, to be handed over when it is new and every few seconds while it lasts. What lasts
 * stays in memory as it is: a packet that tells nothing new allocates nothing.
 */
export class Gathered<T extends Gatherable> {
  readonly #handOver: (item: T) => void;
  readonly #keepBack: number;
  readonly #handOverEvery: number;
  #current = new Map<string, T>();
  #previous = new Map<string, T>();
  readonly #touched: T[] = [];
  #generationSince = 0;

  constructor({ handOver, keepBack, handOverEvery }: GatheredOptions<T>) {
    this.#handOver = handOver;
    this.#keepBack = keepBack;
    this.#handOverEvery = handOverEvery;
  }

  get(key: string): T | undefined {
    const known = this.#current.get(key);
    if (known !== undefined) return known;
    const earlier = this.#previous.get(key);
    if (earlier !== undefined) this.#remember(key, earlier);
    return earlier;
  }

  add(key: string, item: T): void {
    this.#remember(key, item);
  }

  /** It was seen at this time. */
  see(item: T, time: number): void {
    if (item.seen === 0) {
      item.firstSeen = time;
      if (this.#touched.length >= mostRemembered) this.#makeRoom();
      this.#touched.push(item);
    }
    item.seen++;
    item.lastSeen = Math.max(item.lastSeen, time);
  }

  /** Takes back that it was seen once, just now. */
  unsee(item: T): void {
    if (item.seen > 0) item.seen--;
  }

  /** Hands over what is due; true when that was not all of it. `now` as of the packets' clock, `Infinity` for everything. */
  settle(now: number, { most = Infinity }: SettleOptions = {}): boolean {
    let waiting = 0;
    let handedOver = 0;
    let looked = 0;
    for (const item of this.#touched) {
      if (handedOver === most) break;
      looked++;
      if (item.seen === 0) continue;
      // A clock that was set back makes ages negative: nothing waits for it to catch up.
      const isFresh = Math.abs(now - item.lastSeen) < this.#keepBack && item.handedOver === -Infinity;
      const isDue = !isFresh && Math.abs(now - item.handedOver) >= this.#handOverEvery;
      if (!isDue) this.#touched[waiting++] = item;
      else {
        this.#handOverNow(item);
        handedOver++;
      }
    }
    // In place: a list of thousands, made anew several times a second, is much garbage.
    this.#touched.copyWithin(waiting, looked);
    this.#touched.length -= looked - waiting;
    if (Math.abs(now - this.#generationSince) >= rememberFor) {
      this.#nextGeneration();
      this.#generationSince = now;
    }
    return handedOver === most;
  }

  #handOverNow(item: T): void {
    this.#handOver(item);
    item.handedOver = item.lastSeen;
    item.seen = 0;
  }

  #makeRoom(): void {
    for (const item of this.#touched.splice(0, leaveAtOnce)) if (item.seen > 0) this.#handOverNow(item);
  }

  #remember(key: string, item: T): void {
    if (this.#current.size >= mostRemembered) this.#nextGeneration();
    this.#current.set(key, item);
  }

  #nextGeneration(): void {
    this.#previous = this.#current;
    this.#current = new Map();
  }
}
