/**
 * Several values for a key, each once. Most keys have one value, which is then held without a set: with as many keys as
 * a cluster has pods that matters.
 */
export class MultiMap<K, V extends string | number | object> {
  readonly #values = new Map<K, V | Several<V>>();

  /** Keys that have a value. */
  get size(): number {
    return this.#values.size;
  }

  has(key: K): boolean {
    return this.#values.has(key);
  }

  /** The values in the order in which they were added. */
  get(key: K): readonly V[] {
    const known = this.#values.get(key);
    if (known === undefined) return [];
    return known instanceof Several ? [...known] : [known];
  }

  add(key: K, value: V): void {
    const known = this.#values.get(key);
    if (known === undefined) this.#values.set(key, value);
    else if (known instanceof Several) known.add(value);
    else if (known !== value) this.#values.set(key, new Several([known, value]));
  }

  delete(key: K, value: V): void {
    const known = this.#values.get(key);
    if (known === value) this.#values.delete(key);
    if (!(known instanceof Several) || !known.delete(value) || known.size > 1) return;
    for (const last of known) this.#values.set(key, last);
  }

  keys(): MapIterator<K> {
    return this.#values.keys();
  }
}

/** A class of our own: a value that is a set itself is no mistake. */
class Several<V> extends Set<V> {}
