import { DecodeError } from './decode-error.ts';

/** Of one object. It is at most 1.5 MiB in etcd (`--max-request-bytes`), where it stands as it is sent. */
const maxPending = 4 * 2 ** 20;

/**
 * What has come of an answer and is not read yet, in one buffer that is used again and again: a list of a hundred MB in
 * pieces of ten KB makes no garbage.
 */
export class PendingBytes {
  #buffer: Buffer = Buffer.alloc(0);
  #end = 0;

  /** What is pending; true until the next change. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#end);
  }

  /** Adds what has come. Throws DecodeError when that is too much for one object. */
  add(chunk: Buffer): void {
    const end = this.#end + chunk.length;
    if (this.#end > maxPending) throw new DecodeError(`an object is longer than ${maxPending} bytes`);
    if (end > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, this.#end);
      this.#buffer = larger;
    }
    chunk.copy(this.#buffer, this.#end);
    this.#end = end;
  }

  /** The first `length` bytes have been read. */
  drop(length: number): void {
    this.#buffer.copyWithin(0, length, this.#end);
    this.#end -= length;
  }
}
