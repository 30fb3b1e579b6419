/** Characters of all fragments of one answer together. */
const maxLength = 4 * 1024 * 1024;

/**
 * Pieces of JSON that come again and again in one answer, by who writes them and the object that they were written
 * from.
 */
export class CachedFragments {
  readonly #byWriter = new Map<object, Map<object, readonly string[]>>();
  #length = 0;

  get(writer: object, source: object): readonly string[] | undefined {
    return this.#byWriter.get(writer)?.get(source);
  }

  set(writer: object, source: object, fragments: readonly string[]): readonly string[] {
    this.#length += fragments.reduce((sum, { length }) => sum + length, 0);
    // Values come in the order of their clients: what is written next matters more than what was.
    if (this.#length > maxLength) this.#clear();
    let known = this.#byWriter.get(writer);
    if (known === undefined) {
      known = new Map();
      this.#byWriter.set(writer, known);
    }
    known.set(source, fragments);
    return fragments;
  }

  #clear(): void {
    this.#byWriter.clear();
    this.#length = 0;
  }
}
