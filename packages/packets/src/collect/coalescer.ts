import type { EmitOptions } from './collector.ts';

/** Something that is seen again and again. */
export interface Coalescable {
  /** Milliseconds since the epoch. */
  firstSeen: number;
  lastSeen: number;
  /** How often it was seen since it was emitted. */
  seen: number;
  /** When it was emitted last; `-Infinity` for never. */
  emitted: number;
}

export interface CoalescerOptions<T> {
  readonly emit: (item: T) => void;
  /** Milliseconds for which what was just seen is held back: it may have to be retracted. */
  readonly holdBack: number;
  /** Milliseconds between two times that the same thing is emitted while it lasts. */
  readonly emitEvery: number;
}

/** Milliseconds without being seen after which a thing is forgotten; twice as many at the most. */
const rememberFor = 20_000;
/** Things remembered at most, in each of two generations, and things that wait to be emitted. */
const mostRemembered = 16_384;
/** Things that are emitted before their time when there is no room. */
const leaveAtOnce = 64;
/** Milliseconds between two looks at what was emitted before and is not due for long. */
const lookEvery = 1000;

/**
 * What was seen, coalesced under a key each, and emitted when it is new and every so often while it lasts. What lasts
 * stays in memory as it is: a packet that says nothing new allocates nothing.
 */
export class Coalescer<T extends Coalescable> {
  readonly #emit: (item: T) => void;
  readonly #holdBack: number;
  readonly #emitEvery: number;
  #current = new Map<string, T>();
  #previous = new Map<string, T>();
  /** Seen since they were emitted, if they were. */
  readonly #fresh: T[] = [];
  readonly #lasting: T[] = [];
  readonly #due: T[] = [];
  #generationSince = 0;
  #lookedAtLasting = 0;

  constructor({ emit, holdBack, emitEvery }: CoalescerOptions<T>) {
    this.#emit = emit;
    this.#holdBack = holdBack;
    this.#emitEvery = emitEvery;
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
  observe(item: T, time: number): void {
    if (item.seen === 0) {
      item.firstSeen = time;
      if (this.#fresh.length + this.#lasting.length >= mostRemembered) this.#makeRoom();
      (item.emitted === -Infinity ? this.#fresh : this.#lasting).push(item);
    }
    item.seen++;
    item.lastSeen = Math.max(item.lastSeen, time);
  }

  /** It was not seen after all, the last time. */
  retract(item: T): void {
    if (item.seen > 0) item.seen--;
  }

  /** Whether some of what was due at the last look is still to be emitted. */
  get isEmitting(): boolean {
    return this.#due.length > 0;
  }

  /** Emits what is due; true when that was not all of it. `now` by the packets' clock, `Infinity` for everything. */
  emitDue(now: number, { most = Infinity }: EmitOptions = {}): boolean {
    // Looked through once, however many turns it takes to emit what is found.
    if (!this.isEmitting || now === Infinity) this.#lookForDue(now);
    for (const item of this.#due.splice(0, most)) if (item.seen > 0) this.#emitNow(item);
    if (Math.abs(now - this.#generationSince) >= rememberFor) {
      this.#nextGeneration();
      this.#generationSince = now;
    }
    return this.isEmitting;
  }

  #lookForDue(now: number): void {
    this.#moveDue(this.#fresh, now);
    if (Math.abs(now - this.#lookedAtLasting) < lookEvery) return;
    this.#lookedAtLasting = now;
    this.#moveDue(this.#lasting, now);
  }

  /** What is due leaves `items`, and so does what was not seen after all. */
  #moveDue(items: T[], now: number): void {
    let waiting = 0;
    for (const item of items) {
      if (item.seen === 0) continue;
      // A clock that was set back makes ages negative: nothing waits for it to catch up.
      const isFresh = Math.abs(now - item.lastSeen) < this.#holdBack && item.emitted === -Infinity;
      const isDue = !isFresh && Math.abs(now - item.emitted) >= this.#emitEvery;
      if (isDue) this.#due.push(item);
      else items[waiting++] = item;
    }
    items.length = waiting;
  }

  #emitNow(item: T): void {
    this.#emit(item);
    item.emitted = item.lastSeen;
    item.seen = 0;
  }

  #makeRoom(): void {
    const items = this.#lasting.length > 0 ? this.#lasting : this.#fresh;
    for (const item of items.splice(0, leaveAtOnce)) if (item.seen > 0) this.#emitNow(item);
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
