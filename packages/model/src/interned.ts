/**
 * Keeps one object for each key as long as anybody holds it: equal values then are the same object. What nobody holds any more is
 * forgotten, so names that come and go, such as those of Jobs, do not fill the memory.
 */
export class Interned<T extends WeakKey> {
  readonly #known = new Map<string, WeakRef<T>>();
  readonly #forgotten = new FinalizationRegistry<string>(key => {
    if (this.#known.get(key)?.deref() === undefined) this.#known.delete(key);
  });

  get(key: string, create: () => T): T {
    const known = this.#known.get(key)?.deref();
    if (known !== undefined) return known;
    const created = create();
    this.#known.set(key, new WeakRef(created));
    this.#forgotten.register(created, key);
    return created;
  }
}
