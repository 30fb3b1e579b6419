/** Reads bytes as they come from front to back, without holding more of them than it has to. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(bytes: AsyncIterable<Buffer>) {
    this.#chunks = bytes[Symbol.asyncIterator]();
  }

  /** The next `count` bytes, valid until the next call; undefined when there are fewer. */
  async take(count: number): Promise<Buffer | undefined> {
    if (this.#held.length - this.#at < count && !(await this.#fill(count))) return undefined;
    const bytes = this.#held.subarray(this.#at, this.#at + count);
    this.#at += count;
    return bytes;
  }

  /** True when nothing is left. */
  async atEnd(): Promise<boolean> {
    return this.#at === this.#held.length && !(await this.#fill(1));
  }

  /** Nothing is read any more: where the bytes come from is closed. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #fill(count: number): Promise<boolean> {
    const parts = [this.#held.subarray(this.#at)];
    let length = this.#held.length - this.#at;
    while (length < count) {
      const next = await this.#chunks.next();
      if (next.done === true) break;
      parts.push(next.value);
      length += next.value.length;
    }
    this.#held = parts.length === 2 && parts[0]?.length === 0 ? (parts[1] ?? this.#held) : Buffer.concat(parts);
    this.#at = 0;
    return length >= count;
  }
}
