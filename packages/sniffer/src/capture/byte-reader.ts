import type { FileHandle } from 'node:fs/promises';

const chunkSize = 256 * 1024;

/** Reads a file from front to back, some bytes at a time, without holding more than it has to. */
export class ByteReader {
  readonly #file: FileHandle;
  #held = Buffer.alloc(0);
  #at = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** The next `count` bytes, valid until the next call; undefined when the file has fewer. */
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

  async #fill(count: number): Promise<boolean> {
    const left = this.#held.subarray(this.#at);
    const room = Buffer.allocUnsafe(Math.max(chunkSize, count));
    left.copy(room);
    let length = left.length;
    while (length < count) {
      const { bytesRead } = await this.#file.read(room, length, room.length - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    this.#held = room.subarray(0, length);
    this.#at = 0;
    return length >= count;
  }
}
