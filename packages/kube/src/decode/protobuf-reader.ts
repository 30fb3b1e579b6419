import { DecodeError } from './decode-error.ts';

/** Bytes of a text that is worth looking up, and how many such texts are held. */
const maxRecurring = 64;
const recurringSlots = 4_096;

/**
 * Reads a message of protocol buffers field by field, without an object for each
 * (protobuf.dev/programming-guides/encoding): a list of pods has hundreds of fields a pod, of which a dozen are wanted.
 *
 *     while (reader.next()) if (reader.number === 1) name = reader.text(); // Fields that are not read are skipped.
 */
export class ProtobufReader {
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  #at = 0;
  #number = 0;
  /** Of the field in hand: where its content begins and ends, or its value when it is a number. */
  #from = 0;
  #value: number | undefined;
  /** Texts that were read, by a hash of their bytes. */
  readonly #recurring: (string | undefined)[] = new Array<undefined>(recurringSlots);

  /** Begins with the message that stands in `bytes` from `start` to `end`. */
  begin(bytes: Buffer, { start, end }: { readonly start: number; readonly end: number }): void {
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

  /** The same for a text that many objects have, e.g. a label: most often it was made before. */
  recurringText(): string {
    const from = this.#from;
    const length = this.#at - from;
    if (this.#value !== undefined || length > maxRecurring) return this.text();
    let hash = length;
    let bits = 0;
    for (let at = from; at < this.#at; at++) {
      const byte = this.#bytes[at] ?? 0;
      hash = Math.imul(hash, 31) + byte;
      bits |= byte;
    }
    if (bits > 127) return this.text();
    const slot = hash & (recurringSlots - 1);
    const known = this.#recurring[slot];
    return known !== undefined && this.#holds(known) ? known : (this.#recurring[slot] = this.text());
  }

  /**
   * Goes into the field's content, a message (an empty one when it is a number), until `leave` is called with what this
   * answers.
   */
  enter(): number {
    const outer = this.#end;
    this.#end = this.#at;
    if (this.#value === undefined) this.#at = this.#from;
    return outer;
  }

  /** Goes on behind the message that was entered, wherever in it the reader is. */
  leave(outer: number): void {
    this.#at = this.#end;
    this.#end = outer;
  }

  /** Whether the field's content is this text, which is ASCII as the content is. */
  #holds(text: string): boolean {
    if (text.length !== this.#at - this.#from) return false;
    for (let index = 0; index < text.length; index++)
      if (text.charCodeAt(index) !== this.#bytes[this.#from + index]) return false;
    return true;
  }

  /**
   * Up to ten bytes of seven bits. Beyond 2^53 a number loses its last digits: nothing that is read here is so large.
   */
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
