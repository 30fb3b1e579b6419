/** How sightings of one kind are told apart, merged and weighed. */
export interface SightingKind<S> {
  readonly key: (sighting: S) => string;
  /** Two sightings under one key as one. */
  readonly merge: (known: S, seen: S) => S;
  /** Does `seen` say anything that `told` did not, apart from that it goes on? */
  readonly isNews: (told: S, seen: S) => boolean;
  /** Sightings that say little are let go of first when there is no room, e.g. failed attempts. */
  readonly saysLittle: (sighting: S) => boolean;
  /** What a sighting says that its key does not, as a short text; a mapper that is replaced can do without the rest. */
  readonly pack: (sighting: S) => string;
  /** The sighting from its key and what `pack` made of it. */
  readonly unpack: (key: string, packed: string) => S;
}

export interface BookOptions<S> {
  readonly kind: SightingKind<S>;
  /** Sightings that are held at most. */
  readonly capacity: number;
  /** Milliseconds after which a sighting that lasts is told again. */
  readonly refresh: number;
  /** Milliseconds for which what was told is held, for a mapper that may be replaced; at least `refresh`. */
  readonly remember: number;
  /** As many as this are held so long; when there are more, what was not seen for two refreshes leaves, the oldest first. */
  readonly mostRemembered: number;
}

/** What was told, as a text: most of what is held is that, and objects would take three times as much. */
interface Told {
  readonly packed: string;
  readonly at: number;
}

/** A sighting of which there is something to tell. */
interface Entry<S> {
  readonly key: string;
  /** Not told yet, or seen since it was told. */
  pending: S | undefined;
  /** Being told just now. */
  sending: S | undefined;
  /** What was told before. */
  told: Told | undefined;
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
  readonly #mostRemembered: number;
  readonly #entries = new Map<string, Entry<S>>();
  readonly #lasting: Shelf<S> = new Map();
  readonly #littleNews: Shelf<S> = new Map();
  readonly #news: Shelf<S> = new Map();
  readonly #sending: Shelf<S> = new Map();
  /** What was told and not seen since, in the order of telling. */
  #told = new Map<string, Told>();
  /** What a mapper was told that is no more, and the present one was not. */
  #lost = new Map<string, Told>();
  #evicted = 0;

  constructor({ kind, capacity, refresh, remember, mostRemembered }: BookOptions<S>) {
    this.#kind = kind;
    this.#capacity = capacity;
    this.#refresh = refresh;
    this.#remember = Math.max(refresh, remember);
    this.#mostRemembered = mostRemembered;
  }

  /** Sightings held, told or not. */
  get size(): number {
    return this.#entries.size + this.#told.size + this.#lost.size;
  }

  /** Sightings that were not told yet. */
  get waiting(): number {
    return this.#entries.size + this.#lost.size;
  }

  /** Sightings that were let go of before they were told, since the start. */
  get evicted(): number {
    return this.#evicted;
  }

  record(seen: S): void {
    const key = this.#kind.key(seen);
    const entry = this.#entries.get(key) ?? this.#open(key);
    entry.pending = entry.pending === undefined ? seen : this.#kind.merge(entry.pending, seen);
    if (entry.sending === undefined) this.#place(entry);
  }

  /** The mapper that was told is no more: all that is held becomes new. */
  retell(): void {
    for (const entry of this.#lasting.values()) {
      if (entry.pending !== undefined) entry.pending = this.#withTold(entry, entry.pending);
      entry.told = undefined;
      this.#place(entry);
    }
    for (const [key, told] of this.#lost) this.#told.set(key, told);
    this.#lost = this.#told;
    this.#told = new Map();
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
    for (const key of this.#lost.keys())
      if (left-- > 0) yield this.#open(key);
      else return;
    for (const entry of this.#lasting.values()) {
      const { told } = entry;
      if (!all && told !== undefined && now - told.at < this.#refresh) continue;
      if (left-- <= 0) return;
      yield entry;
    }
  }

  #settle(entry: Entry<S>, { arrived, now }: { readonly arrived: boolean; readonly now: number }): void {
    const { sending, pending } = entry;
    entry.sending = undefined;
    if (sending === undefined) return;
    if (arrived) entry.told = { packed: this.#kind.pack(this.#withTold(entry, sending)), at: now };
    else entry.pending = pending === undefined ? sending : this.#kind.merge(sending, pending);
    this.#place(entry);
  }

  /** An entry for what is held of the key, if anything is. */
  #open(key: string): Entry<S> {
    const told = this.#told.get(key);
    const lost = this.#lost.get(key);
    if (told !== undefined) this.#told.delete(key);
    else if (lost !== undefined) this.#lost.delete(key);
    else if (this.size >= this.#capacity) this.#makeRoom();
    const pending = lost === undefined ? undefined : this.#kind.unpack(key, lost.packed);
    const entry = { key, pending, sending: undefined, told, shelf: this.#news };
    this.#entries.set(key, entry);
    return entry;
  }

  #withTold({ key, told }: Entry<S>, seen: S): S {
    return told === undefined ? seen : this.#kind.merge(this.#kind.unpack(key, told.packed), seen);
  }

  #place(entry: Entry<S>): void {
    const { key, pending, told } = entry;
    if (pending !== undefined) {
      const isNews = told === undefined || this.#kind.isNews(this.#kind.unpack(key, told.packed), pending);
      if (!isNews) this.#move(entry, this.#lasting);
      else this.#move(entry, this.#kind.saysLittle(pending) ? this.#littleNews : this.#news);
      return;
    }
    this.#remove(entry);
    if (told !== undefined) this.#told.set(key, told);
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
    for (const held of [this.#told, this.#lost, this.#lasting, this.#littleNews, this.#news]) {
      for (const key of held.keys()) {
        if (left-- === 0) return;
        if (held !== this.#told) this.#evicted++;
        held.delete(key);
        this.#entries.delete(key);
      }
    }
  }

  /** What was told and not seen for long would be due at once when it is seen again: no need to remember it. */
  #forgetTold(now: number): void {
    for (const [key, { at }] of this.#told) {
      const remember = this.#told.size > this.#mostRemembered ? 2 * this.#refresh : this.#remember;
      if (now - at < remember) return; // In the order of telling.
      this.#told.delete(key);
    }
  }

  #remove(entry: Entry<S>): void {
    entry.shelf.delete(entry.key);
    this.#entries.delete(entry.key);
  }
}
