import type { Slice } from './slice.ts';
import type { Undecodable } from './undecodable.ts';

/** A name of a host. */
export interface DnsName {
  /** In lower case (names are compared without case, RFC 4343), without the last dot; empty for the root. */
  readonly text: string;
  /** 32 bits that are the same for the same text. */
  readonly hash: number;
}

/** A name as it was read from a message. */
export interface NameRead {
  name: DnsName;
  /** Where the bytes after the name begin. */
  next: number;
}

/** The longest name as text without the last dot (RFC 1035 section 3.1 allows 255 bytes on the wire). */
const longestName = 253;

const dot = 0x2e;
const notPrintable = 0;

/** What a byte of a label is written as; 0 for what no host name has, among it the dot and the backslash. */
const written = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x41 && byte <= 0x5a) return byte + 0x20;
  return byte > 0x20 && byte < 0x7f && byte !== dot && byte !== 0x5c ? byte : notPrintable;
});

const scratch = Buffer.alloc(longestName + 2);

export const rootName: DnsName = { text: '', hash: 0 };

/** Names that were read lately, each in the slot of its hash: most names come again and again, and need not be made anew. */
const recent = new Array<DnsName>(1024).fill(rootName);

/**
 * Reads the name at `at` of a DNS message (RFC 1035 section 4.1.4) into `into`. Compression pointers may only point
 * before the place from where they were reached, so that no message can make a loop. `cut` when the message ends first.
 */
export function readName(message: Slice, at: number, into: NameRead): Undecodable | 'cut' | undefined {
  const { bytes, start, end } = message;
  let limit = at;
  let length = 0;
  let hash = 0;
  let position = at;
  let next = -1;
  while (true) {
    if (position >= end) return 'cut';
    const size = bytes[position] ?? 0;
    if (size === 0) break;
    if (size >= 0xc0) {
      if (position + 1 >= end) return 'cut';
      const target = start + (((size & 0x3f) << 8) | (bytes[position + 1] ?? 0));
      if (next < 0) next = position + 2;
      if (target >= limit) return 'dns-malformed';
      limit = target;
      position = target;
      continue;
    }
    if (size > 63 || length + size + 1 > longestName + 1) return 'dns-malformed';
    const labelEnd = position + 1 + size;
    if (labelEnd > end) return 'cut';
    for (let index = position + 1; index < labelEnd; index++) {
      const character = written[bytes[index] ?? 0] ?? notPrintable;
      if (character === notPrintable) return 'dns-name-unprintable';
      scratch[length++] = character;
      hash = mix(hash, character);
    }
    scratch[length++] = dot;
    hash = mix(hash, dot);
    position = labelEnd;
  }
  into.name = length === 0 ? rootName : nameInScratch(length - 1, hash);
  into.next = next < 0 ? position + 1 : next;
  return undefined;
}

/** As of FNV-1a, which takes a byte at a time. */
function mix(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

function nameInScratch(length: number, hash: number): DnsName {
  const slot = (hash ^ (hash >>> 16)) & (recent.length - 1);
  const known = recent[slot] ?? rootName;
  if (known.hash === hash && isInScratch(known.text, length)) return known;
  const name = { text: scratch.toString('latin1', 0, length), hash };
  recent[slot] = name;
  return name;
}

function isInScratch(text: string, length: number): boolean {
  if (text.length !== length) return false;
  for (let index = 0; index < length; index++) if (text.charCodeAt(index) !== scratch[index]) return false;
  return true;
}
