/** How sightings of one kind are told apart, merged and weighed. */
export interface SightingKind<S> {
  readonly key: (sighting: S) => string;
  /** Two sightings under one key as one. */
  readonly merge: (known: S, seen: S) => S;
  /** Does `seen` say anything that `told` did not, apart from that it goes on? */
  readonly isNews: (told: S, seen: S) => boolean;
  /** Sightings that say little are let go of first when there is no room, e.g. failed attempts. */
  readonly saysLittle: (sighting: S) => boolean;
}

export interface BookOptions<S> {
  readonly kind: SightingKind<S>;
  /** Sightings that are held at most. */
  readonly capacity: number;
  /** Milliseconds after which a sighting that lasts is told again. */
  readonly refresh: number;
  /** Milliseconds for which what was told is held, for a mapper that may be replaced; at least `refresh`. */
  readonly remember: number;
}

interface Entry<S> {
  readonly key: string;
  /** Not told yet, or seen since it was told. */
  pending: S | undefined;
  /** Being told just now. */
  sending: S | undefined;
  /** What was told last. */
  told: S | undefined;
  toldAt: number;
  shelf: Shelf<S>;
}

/** Entries in the order in which they came here: the first is the oldest. */
type Shelf<S> = Map<string, Entry<S>>;

/** Sightings that were taken out to be told; `kept` or `returned` settles what became of them. */
export interface Batch<S> {
  readonly sightings: readonly S[];
  /** They arrived: forget what they said. */
  kept(now: number): void;
  /** They did not arrive: they are due again, merged with what was seen meanwhile. */
  returned(): void;
}

/**
 * What was seen and not yet told, merged under one key each, and what was told a short while ago. A sighting is due when
 * it is new or says something new, and once every `refresh` while it lasts. All times are milliseconds of a
 * monotonic clock, so that steps of the wall clock do not matter.
 */
export class Book<S> {
  readonly #kind: SightingKind<S>;
  readonly #capacity: number;
  readonly #refresh: number;
  readonly #remember: number;
  readonly #entries = new Map<string, Entry<S>>();
  /** In the order in which entries are let go of when there is no room. */
  readonly #told: Shelf<S> = new Map();
  readonly #lasting: Shelf<S> = new Map();
  readonly #littleNews: Shelf<S> = new Map();
  readonly #news: Shelf<S> = new Map();
  readonly #sending: Shelf<S> = new Map();
  #evicted = 0;

  constructor({ kind, capacity, refresh, remember }: BookOptions<S>) {
    this.#kind = kind;
    this.#capacity = capacity;
    this.#refresh = refresh;
    this.#remember = Math.max(refresh, remember);
  }

  /** Sightings held, told or not. */
  get size(): number {
    return this.#entries.size;
  }

  /** Sightings that were not told yet. */
  get waiting(): number {
    return this.#news.size + this.#littleNews.size + this.#lasting.size + this.#sending.size;
  }

  /** Sightings that were let go of before they were told, since the start. */
  get evicted(): number {
    return this.#evicted;
  }

  record(seen: S): void {
    const key = this.#kind.key(seen);
    const entry = this.#entries.get(key);
    if (entry === undefined) this.#add(key, seen);
    else {
      entry.pending = entry.pending === undefined ? seen : this.#kind.merge(entry.pending, seen);
      if (entry.sending === undefined) this.#place(entry);
    }
  }

  /** The mapper that was told is no more: all that is held becomes new. */
  retell(): void {
    for (const entry of [...this.#told.values(), ...this.#lasting.values()]) {
      const { told, pending } = entry;
      if (told === undefined) continue;
      entry.pending = pending === undefined ? told : this.#kind.merge(told, pending);
      entry.told = undefined;
      this.#place(entry);
    }
  }

  /** Takes out up to `limit` sightings that are due; with `all`, also those that only last. */
  take(options: { readonly now: number; readonly limit: number; readonly all?: boolean }): Batch<S> | undefined {
    this.#forgetTold(options.now);
    const entries = [...this.#due(options)];
    if (entries.length === 0) return undefined;
    for (const entry of entries) {
      entry.sending = entry.pending;
      entry.pending = undefined;
      this.#move(entry, this.#sending);
    }
    return {
      sightings: entries.flatMap(({ sending }) => (sending === undefined ? [] : [sending])),
      kept: now => entries.forEach(entry => this.#settle(entry, { arrived: true, now })),
      returned: () => entries.forEach(entry => this.#settle(entry, { arrived: false, now: 0 })),
    };
  }

  *#due({ now, limit, all = false }: { now: number; limit: number; all?: boolean }): Generator<Entry<S>> {
    let left = limit;
    for (const shelf of [this.#news, this.#littleNews]) {
      for (const entry of shelf.values())
        if (left-- > 0) yield entry;
        else return;
    }
    for (const entry of this.#lasting.values()) {
      if (!all && now - entry.toldAt < this.#refresh) continue;
      if (left-- <= 0) return;
      yield entry;
    }
  }

  #settle(entry: Entry<S>, { arrived, now }: { readonly arrived: boolean; readonly now: number }): void {
    const { sending, pending } = entry;
    entry.sending = undefined;
    if (sending === undefined) return;
    if (arrived) {
      entry.told = entry.told === undefined ? sending : this.#kind.merge(entry.told, sending);
      entry.toldAt = now;
    } else {
      entry.pending = pending === undefined ? sending : this.#kind.merge(sending, pending);
    }
    this.#place(entry);
  }

  #add(key: string, pending: S): void {
    if (this.#entries.size >= this.#capacity) this.#makeRoom();
    const entry = { key, pending, sending: undefined, told: undefined, toldAt: 0, shelf: this.#news };
    this.#entries.set(key, entry);
    this.#place(entry);
  }

  #place(entry: Entry<S>): void {
    const { pending, told } = entry;
    if (pending === undefined) this.#move(entry, this.#told);
    else if (told !== undefined && !this.#kind.isNews(told, pending)) this.#move(entry, this.#lasting);
    else this.#move(entry, this.#kind.saysLittle(pending) ? this.#littleNews : this.#news);
  }

  #move(entry: Entry<S>, shelf: Shelf<S>): void {
    if (entry.shelf === shelf && shelf.has(entry.key)) return;
    entry.shelf.delete(entry.key);
    entry.shelf = shelf;
    shelf.set(entry.key, entry);
  }

  /** Several leave at a time: a map whose first entry is looked for again and again is slow. */
  #makeRoom(): void {
    let left = Math.ceil(this.#capacity / 100);
    for (const shelf of [this.#told, this.#lasting, this.#littleNews, this.#news]) {
      for (const entry of shelf.values()) {
        if (left-- === 0) return;
        if (entry.pending !== undefined) this.#evicted++;
        this.#remove(entry);
      }
    }
  }

  /** What was told and not seen for long would be due at once when it is seen again: no need to remember it. */
  #forgetTold(now: number): void {
    for (const entry of this.#told.values()) {
      if (now - entry.toldAt < this.#remember) return; // The shelf is in the order of telling.
      this.#remove(entry);
    }
  }

  #remove(entry: Entry<S>): void {
    entry.shelf.delete(entry.key);
    this.#entries.delete(entry.key);
  }
}
