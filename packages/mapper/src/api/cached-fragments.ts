/** Characters of all fragments of one answer together. */
const maxLength = 4 * 1024 * 1024;

/** Pieces of JSON that come again and again in one answer, by what they were written from. */
export class CachedFragments {
  readonly #bySegment = new Map<object, Map<object, string>>();
  #length = 0;

  /** The piece that `segment` writes of `key`, written once. */
  of(segment: object, key: object, write: () => string): string {
    let fragments = this.#bySegment.get(segment);
    if (fragments === undefined) {
      fragments = new Map();
      this.#bySegment.set(segment, fragments);
    }
    const known = fragments.get(key);
    if (known !== undefined) return known;
    const fragment = write();
    this.#length += fragment.length;
    if (this.#length > maxLength) {
      // Values come in the order of their clients: what is written next matters more than what was.
      this.#length = fragment.length;
      for (const before of this.#bySegment.values()) before.clear();
    }
    fragments.set(key, fragment);
    return fragment;
  }
}
