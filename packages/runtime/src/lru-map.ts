export interface LruMapOptions<V> {
  readonly maxEntries: number;
  /** Bytes of all values together at most, as `weigh` counts them; without it only entries count. */
  readonly maxWeight?: number;
  /** Bytes of a value. */
  readonly weigh?: (value: V) => number;
}

interface Entry<V> {
  readonly value: V;
  readonly weight: number;
}

/** A bounded map: without room, the entry that was used least recently leaves. */
export class LruMap<K, V> {
  readonly #maxEntries: number;
  readonly #maxWeight: number;
  readonly #weigh: (value: V) => number;
  /** In the order of use: the first was used least recently. */
  readonly #entries = new Map<K, Entry<V>>();
  #weight = 0;

  constructor({ maxEntries, maxWeight = Infinity, weigh = () => 0 }: LruMapOptions<V>) {
    this.#maxEntries = maxEntries;
    this.#maxWeight = maxWeight;
    this.#weigh = weigh;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Bytes of all values. */
  get weight(): number {
    return this.#weight;
  }

  /** The value, which counts as used now. */
  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Does not count as use. */
  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** A value that alone weighs more than `maxWeight` is not held, and no other leaves for it. */
  set(key: K, value: V): void {
    this.delete(key);
    const weight = this.#weigh(value);
    if (weight > this.#maxWeight) return;
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries && this.#weight <= this.#maxWeight) return;
      this.delete(oldest);
    }
  }

  delete(key: K): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#weight -= entry.weight;
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }

  /** Least recently used first. */
  *entries(): Generator<readonly [K, V]> {
    for (const [key, { value }] of this.#entries) yield [key, value];
  }
}
