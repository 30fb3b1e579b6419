/** Several values for a key, each once. Most keys have one value, which then is kept without a list: with as many keys as a cluster has pods that matters. */
export class MultiMap<V extends string | object> {
  readonly #values = new Map<string, V | Several<V>>();

  has(key: string): boolean {
    return this.#values.has(key);
  }

  get(key: string): readonly V[] {
    const known = this.#values.get(key);
    return known === undefined ? [] : known instanceof Several ? known.values : [known];
  }

  add(key: string, value: V): void {
    const known = this.get(key);
    if (known.includes(value)) return;
    this.#values.set(key, known.length === 0 ? value : new Several([...known, value]));
  }

  delete(key: string, value: V): void {
    const left = this.get(key).filter(known => known !== value);
    const [only] = left;
    if (only === undefined) this.#values.delete(key);
    else this.#values.set(key, left.length === 1 ? only : new Several(left));
  }
}

class Several<V> {
  readonly values: readonly V[];

  constructor(values: readonly V[]) {
    this.values = values;
  }
}
