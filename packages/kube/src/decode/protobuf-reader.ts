import { DecodeError } from './decode-error.ts';

/**
 * Reads a message of protocol buffers field by field, without an object for each (protobuf.dev/programming-guides/encoding): a list of
 * pods has hundreds of fields a pod, of which a dozen are wanted.
 *
 *     while (reader.next()) if (reader.number === 1) name = reader.text(); // Fields that are not read are skipped.
 */
export class ProtobufReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;
  #number = 0;
  /** Of the field in hand: where its content begins and ends, or its value when it is a number. */
  #from = 0;
  #value: number | undefined;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Goes to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#at === this.#end) return false;
    const key = this.#varint();
    this.#number = key >>> 3;
    this.#value = undefined;
    const wireType = key & 7;
    if (wireType === 0) this.#value = this.#varint();
    else if (wireType === 2) this.#skip(this.#varint());
    else if (wireType === 1) this.#skip(8);
    else if (wireType === 5) this.#skip(4);
    else throw new DecodeError(`wire type ${wireType} is not used`);
    return true;
  }

  /** The field's number. */
  get number(): number {
    return this.#number;
  }

  /** The field's value, when it is a number (or a boolean: 0 and 1). */
  get value(): number | undefined {
    return this.#value;
  }

  /** The field's content as text; empty when it is a number. */
  text(): string {
    return this.#value === undefined ? this.#bytes.toString('utf8', this.#from, this.#at) : '';
  }

  isEmpty(): boolean {
    return this.#value === undefined && this.#from === this.#at;
  }

  /** The field's content as a message; an empty one when it is a number. */
  message(): ProtobufReader {
    return new ProtobufReader(this.#bytes, this.#value === undefined ? this.#from : this.#at, this.#at);
  }

  /** Up to ten bytes of seven bits. Beyond 2^53 a number loses its last digits: nothing that is read here is so large. */
  #varint(): number {
    let result = 0;
    for (let factor = 1; this.#at < this.#end; factor *= 128) {
      const byte = this.#bytes[this.#at++] ?? 0;
      result += (byte & 127) * factor;
      if (byte < 128) return result;
    }
    throw new DecodeError('a number ends too early');
  }

  #skip(length: number): void {
    this.#from = this.#at;
    this.#at += length;
    if (this.#at > this.#end) throw new DecodeError('a field ends too early');
  }
}
