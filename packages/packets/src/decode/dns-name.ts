import type { Slice } from './slice.ts';
import type { Undecodable } from './undecodable.ts';

/** A name of a host. */
export interface DnsName {
  /** In lower case (names are compared without case, RFC 4343), without the last dot; empty for the root. */
  readonly text: string;
  /** 32 bits that are the same for the same text. */
  readonly hash: number;
}

const rootName: DnsName = { text: '', hash: 0 };

/** The longest name as text without the last dot (RFC 1035 section 3.1 allows 255 bytes on the wire). */
const longestName = 253;
/** Pointers of one name: a name has no more labels than 127, and encoders use one or two. */
const mostPointers = 16;
/**
 * Bytes of labels that are read of one message, pointers followed: a big answer has a tenth, a crafted one megabytes.
 */
const mostLabelBytes = 128 * 1024;

const dot = 0x2e;
const notPrintable = 0;

/** What a byte of a label is written as; 0 for what no host name has, among it the dot and the backslash. */
const written = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x41 && byte <= 0x5a) return byte + 0x20;
  return byte > 0x20 && byte < 0x7f && byte !== dot && byte !== 0x5c ? byte : notPrintable;
});

/** Reads the names of DNS messages, of one message at a time. */
export class DnsNameReader {
  readonly #scratch = Buffer.alloc(longestName + 2);
  /** Names read lately, each in the slot of its hash: most come again and again, and need not be made anew. */
  readonly #recent = new Array<DnsName>(1024).fill(rootName);
  #name = rootName;
  #next = 0;
  #labelBytes = 0;

  /** The name read last. */
  get name(): DnsName {
    return this.#name;
  }

  /** Where the bytes after the name begin. */
  get next(): number {
    return this.#next;
  }

  /** A message begins. */
  begin(): void {
    this.#labelBytes = 0;
  }

  /**
   * Reads the name at `at` (RFC 1035 section 4.1.4) into `name` and `next`. Compression pointers may only point before
   * the place from where they were reached, so that no message can make a loop. `cut` when the message ends first;
   * after `dns-name-unprintable`, `next` is right.
   */
  read(message: Slice, at: number): Undecodable | 'cut' | undefined {
    const { bytes, start, end } = message;
    let limit = at;
    let pointers = 0;
    let length = 0;
    let hash = 0;
    let position = at;
    let next = -1;
    let printable = true;
    while (true) {
      if (position >= end) return 'cut';
      const size = bytes[position] ?? 0;
      if (size === 0) break;
      if (size >= 0xc0) {
        if (position + 1 >= end) return 'cut';
        const target = start + (((size & 0x3f) << 8) | (bytes[position + 1] ?? 0));
        if (next < 0) next = position + 2;
        if (target >= limit || ++pointers > mostPointers) return 'dns-malformed';
        limit = target;
        position = target;
        continue;
      }
      if (size > 63 || length + size + 1 > longestName + 1) return 'dns-malformed';
      const labelEnd = position + 1 + size;
      if (labelEnd > end) return 'cut';
      for (let index = position + 1; index < labelEnd; index++) {
        const character = written[bytes[index] ?? 0] ?? notPrintable;
        if (character === notPrintable) printable = false;
        this.#scratch[length++] = character;
        hash = mix(hash, character);
      }
      this.#scratch[length++] = dot;
      hash = mix(hash, dot);
      position = labelEnd;
    }
    this.#labelBytes += length;
    if (this.#labelBytes > mostLabelBytes) return 'dns-too-long';
    this.#next = next < 0 ? position + 1 : next;
    if (!printable) return 'dns-name-unprintable';
    this.#name = length === 0 ? rootName : this.#nameInScratch(length - 1, hash);
    return undefined;
  }

  #nameInScratch(length: number, hash: number): DnsName {
    const slot = (hash ^ (hash >>> 16)) & (this.#recent.length - 1);
    const known = this.#recent[slot] ?? rootName;
    if (known.hash === hash && this.#isInScratch(known.text, length)) return known;
    const name = { text: this.#scratch.toString('latin1', 0, length), hash };
    this.#recent[slot] = name;
    return name;
  }

  #isInScratch(text: string, length: number): boolean {
    if (text.length !== length) return false;
    for (let index = 0; index < length; index++) if (text.charCodeAt(index) !== this.#scratch[index]) return false;
    return true;
  }
}

/** As of FNV-1a, which takes a byte at a time. */
function mix(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}
