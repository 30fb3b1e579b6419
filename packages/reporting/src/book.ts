import { isExpendable, mergeSightings, saysMore, sightingKey, type Sighting } from '@network-mapper/model';

export interface BookOptions {
  /** Sightings that are held at most. */
  readonly capacity: number;
  /** Milliseconds after which a sighting that lasts is reported again. */
  readonly refresh: number;
  /** Milliseconds for which what was acknowledged is held, for a mapper that may be replaced; at least `refresh`. */
  readonly rememberFor: number;
  /**
   * As many as this are held so long; when there are more, what was not seen for two refreshes leaves, the oldest
   * first.
   */
  readonly maxRemembered: number;
}

/** What was acknowledged, as a text: most of what is held is that, and objects would take three times as much. */
interface Acknowledged {
  readonly packed: string;
  readonly at: number;
}

/** A sighting of which there is something to report. */
interface Entry {
  readonly key: string;
  /** Not reported yet, or seen since it was. */
  pending: Sighting | undefined;
  /** Being reported just now. */
  sending: Sighting | undefined;
  /** What was reported before. */
  acknowledged: Acknowledged | undefined;
  shelf: Shelf;
}

/** Entries in the order in which they came here: the first is the oldest. */
type Shelf = Map<string, Entry>;

/** Sightings that were taken out to be reported; `acknowledge` or `release` says what became of them. */
export interface Batch {
  readonly sightings: readonly Sighting[];
  /** They arrived. */
  acknowledge(now: number): void;
  /** They did not arrive: they are due again, merged with what was seen meanwhile. */
  release(): void;
}

/**
 * What was seen and not yet acknowledged, merged under one key each, and what was acknowledged a short while ago. A
 * sighting is due when it is new or says more than before, and once every `refresh` while it lasts. All times are
 * milliseconds of a monotonic clock, so that steps of the wall clock do not matter.
 */
export class Book {
  readonly #options: BookOptions;
  readonly #entries = new Map<string, Entry>();
  /** Says no more than what was acknowledged. */
  readonly #lasting: Shelf = new Map();
  readonly #expendable: Shelf = new Map();
  readonly #urgent: Shelf = new Map();
  readonly #sending: Shelf = new Map();
  /** What was acknowledged and not seen since, in the order of reporting. */
  #acknowledged = new Map<string, Acknowledged>();
  /** What a mapper acknowledged that is no more, and the present one did not. */
  #requeued = new Map<string, Acknowledged>();
  /** How often everything became new. */
  #generation = 0;
  #evicted = 0;

  constructor(options: BookOptions) {
    this.#options = { ...options, rememberFor: Math.max(options.refresh, options.rememberFor) };
  }

  /** Sightings held, acknowledged or not. */
  get size(): number {
    return this.#entries.size + this.#acknowledged.size + this.#requeued.size;
  }

  /** Sightings that the mapper did not acknowledge yet. */
  get unacknowledged(): number {
    return this.#entries.size + this.#requeued.size;
  }

  /** Sightings that were given up before they were acknowledged, since the start. */
  get evicted(): number {
    return this.#evicted;
  }

  record(seen: Sighting): void {
    const key = sightingKey(seen);
    const entry = this.#entries.get(key) ?? this.#open(key);
    entry.pending = entry.pending === undefined ? seen : mergeSightings(entry.pending, seen);
    if (entry.sending === undefined) this.#place(entry);
  }

  /** The mapper that acknowledged is no more, or forgot: all that is held becomes new. */
  requeueAll(): void {
    this.#generation++;
    for (const entry of this.#sending.values()) this.#reopen(entry);
    for (const entry of this.#lasting.values()) {
      this.#reopen(entry);
      this.#place(entry);
    }
    for (const [key, acknowledged] of this.#requeued) this.#acknowledged.set(key, acknowledged);
    this.#requeued = this.#acknowledged;
    this.#acknowledged = new Map();
  }

  /** Takes out up to `limit` sightings that are due; with `all`, also those that only last. */
  take(options: { readonly now: number; readonly limit: number; readonly all?: boolean }): Batch | undefined {
    this.#forgetAcknowledged(options.now);
    const entries = [...this.#due(options)];
    if (entries.length === 0) return undefined;
    for (const entry of entries) {
      entry.sending = entry.pending;
      entry.pending = undefined;
      this.#move(entry, this.#sending);
    }
    const generation = this.#generation;
    return {
      sightings: entries.flatMap(({ sending }) => (sending === undefined ? [] : [sending])),
      acknowledge: now => {
        // Whether it was the mapper before or the present one that took them cannot be known: twice is better than
        // never.
        const arrived = generation === this.#generation;
        for (const entry of entries)
          if (arrived) this.#acknowledge(entry, now);
          else this.#release(entry);
      },
      release: () => entries.forEach(entry => this.#release(entry)),
    };
  }

  *#due({ now, limit, all = false }: { now: number; limit: number; all?: boolean }): Generator<Entry> {
    let left = limit;
    for (const shelf of [this.#urgent, this.#expendable]) {
      for (const entry of shelf.values())
        if (left-- > 0) yield entry;
        else return;
    }
    for (const key of this.#requeued.keys())
      if (left-- > 0) yield this.#open(key);
      else return;
    for (const entry of this.#lasting.values()) {
      const { acknowledged } = entry;
      if (!all && acknowledged !== undefined && now - acknowledged.at < this.#options.refresh) continue;
      if (left-- <= 0) return;
      yield entry;
    }
  }

  #acknowledge(entry: Entry, now: number): void {
    const { sending } = entry;
    if (sending === undefined) return;
    entry.acknowledged = { packed: pack(withAcknowledged(entry, sending)), at: now };
    entry.sending = undefined;
    this.#place(entry);
  }

  #release(entry: Entry): void {
    const { sending, pending } = entry;
    if (sending === undefined) return;
    entry.pending = pending === undefined ? sending : mergeSightings(sending, pending);
    entry.sending = undefined;
    this.#place(entry);
  }

  /** Makes what was acknowledged of it pending again. */
  #reopen(entry: Entry): void {
    const { acknowledged, pending } = entry;
    if (acknowledged === undefined) return;
    const before = unpack(acknowledged.packed);
    entry.pending = pending === undefined ? before : mergeSightings(before, pending);
    entry.acknowledged = undefined;
  }

  /** An entry for what is held of the key, if anything is. */
  #open(key: string): Entry {
    const acknowledged = this.#acknowledged.get(key);
    const requeued = this.#requeued.get(key);
    if (acknowledged !== undefined) this.#acknowledged.delete(key);
    else if (requeued !== undefined) this.#requeued.delete(key);
    else if (this.size >= this.#options.capacity) this.#makeRoom();
    const pending = requeued === undefined ? undefined : unpack(requeued.packed);
    const entry = { key, pending, sending: undefined, acknowledged, shelf: this.#urgent };
    this.#entries.set(key, entry);
    return entry;
  }

  #place(entry: Entry): void {
    const { key, pending, acknowledged } = entry;
    if (pending !== undefined) {
      const lasts = acknowledged !== undefined && !saysMore(unpack(acknowledged.packed), pending);
      if (lasts) this.#move(entry, this.#lasting);
      else this.#move(entry, isExpendable(pending) ? this.#expendable : this.#urgent);
      return;
    }
    entry.shelf.delete(key);
    this.#entries.delete(key);
    if (acknowledged !== undefined) this.#acknowledged.set(key, acknowledged);
  }

  #move(entry: Entry, shelf: Shelf): void {
    if (entry.shelf === shelf && shelf.has(entry.key)) return;
    entry.shelf.delete(entry.key);
    entry.shelf = shelf;
    shelf.set(entry.key, entry);
  }

  /** Several leave at a time: a map whose first entry is looked for again and again is slow. */
  #makeRoom(): void {
    let left = Math.ceil(this.#options.capacity / 100);
    for (const held of [this.#acknowledged, this.#requeued, this.#lasting, this.#expendable, this.#urgent]) {
      for (const key of held.keys()) {
        if (left-- === 0) return;
        if (held !== this.#acknowledged) this.#evicted++;
        held.delete(key);
        this.#entries.delete(key);
      }
    }
  }

  /** What was acknowledged and not seen for long would be due at once when it is seen again: no need to remember it. */
  #forgetAcknowledged(now: number): void {
    const { refresh, rememberFor, maxRemembered } = this.#options;
    for (const [key, { at }] of this.#acknowledged) {
      const limit = this.#acknowledged.size > maxRemembered ? 2 * refresh : rememberFor;
      if (now - at < limit) return; // In the order of reporting.
      this.#acknowledged.delete(key);
    }
  }
}

function withAcknowledged({ acknowledged }: Entry, seen: Sighting): Sighting {
  return acknowledged === undefined ? seen : mergeSightings(unpack(acknowledged.packed), seen);
}

/** Without the source ports: a mapper that is replaced can do without, connections are counted apart from them. */
function pack(sighting: Sighting): string {
  const { detail } = sighting;
  return JSON.stringify(
    detail.kind === 'connection' ? { ...sighting, detail: { ...detail, sourcePorts: [] } } : sighting,
  );
}

function unpack(packed: string): Sighting {
  return JSON.parse(packed) as Sighting; // What `pack` wrote.
}
