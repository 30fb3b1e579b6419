import { packIpv4, packIpv6, type PackedAddress } from './address.ts';
import { readName, rootName, type DnsName, type NameRead } from './dns-name.ts';
import type { Slice } from './slice.ts';
import type { Undecodable } from './undecodable.ts';

/** "This name has this address", as an answer says it. */
export interface DnsAddress {
  /** The name that was asked for: a chain of CNAME records is followed back to its first owner. */
  readonly name: DnsName;
  readonly address: PackedAddress;
  /** Seconds; of the address record. */
  readonly ttl: number;
}

export interface DnsAnswer {
  readonly addresses: readonly DnsAddress[];
  /** The message ends before the last of its answer records; `addresses` has those before. */
  readonly cut: boolean;
}

const headerLength = 12;
const typeA = 1;
const typeCname = 5;
const typeAaaa = 28;
const classIn = 1;
/** Bytes behind a record's name: type, class, TTL, length of data. */
const recordFixed = 10;
/** Set in the two bytes of a compression pointer (RFC 1035 section 4.1.4); the rest is where it points in the message. */
const pointerMark = 0xc000;
const farthestPointer = 0x4000;
/** The question begins right behind the header, and most records are its. */
const pointerToQuestion = pointerMark | headerLength;

const nothing: DnsAnswer = { addresses: [], cut: false };
const nothingBeforeCut: DnsAnswer = { addresses: [], cut: true };

/** Names are read into here: one message is decoded at a time. */
const read: NameRead = { name: rootName, next: 0 };

/**
 * The addresses in a DNS response (RFC 1035 section 4; AAAA: RFC 3596). Negative answers (any RCODE but NOERROR) have
 * none. Only the answer section is read; what EDNS adds comes behind it.
 */
export function decodeDnsAnswer(message: Slice): DnsAnswer | Undecodable {
  const { bytes, start, end } = message;
  if (end - start < headerLength) return nothingBeforeCut;
  const flags = bytes.readUInt16BE(start + 2);
  if ((flags & 0xf800) !== 0x8000) return 'dns-not-an-answer'; // QR must be set, OPCODE be QUERY.
  if ((flags & 0x000f) !== 0) return nothing;
  const questions = bytes.readUInt16BE(start + 4);
  const records = bytes.readUInt16BE(start + 6);
  if (questions !== 1) return 'dns-malformed'; // RFC 9619.
  const problem = readName(message, start + headerLength, read);
  if (problem !== undefined) return problem === 'cut' ? nothingBeforeCut : problem;
  if (read.next + 4 > end) return nothingBeforeCut;
  if (records === 0) return nothing;
  return readRecords(message, { question: read.name, from: read.next + 4, records });
}

interface AnswerSection {
  readonly question: DnsName;
  readonly from: number;
  readonly records: number;
}

function readRecords(message: Slice, { question, from, records }: AnswerSection): DnsAnswer | Undecodable {
  const { bytes, end } = message;
  const found: Found = { addresses: [], aliases: undefined };
  let pointerToTarget = 0; // The next record after an alias is usually its target's.
  let at = from;
  for (let left = records; left > 0; left--) {
    let owner = question;
    const pointer = at + 2 <= end ? bytes.readUInt16BE(at) : 0;
    if (pointer === pointerToQuestion) at += 2;
    else if (pointer === pointerToTarget && found.aliases !== undefined) {
      owner = found.aliases.at(-1)?.target ?? question;
      at += 2;
    } else {
      const problem = readName(message, at, read);
      if (problem !== undefined) return problem === 'cut' ? toAnswer(found, true) : problem;
      owner = read.name;
      at = read.next;
    }
    if (at + recordFixed > end) return toAnswer(found, true);
    const type = bytes.readUInt16BE(at);
    const recordClass = bytes.readUInt16BE(at + 2);
    const ttl = bytes.readUInt32BE(at + 4);
    const data = at + recordFixed;
    at = data + bytes.readUInt16BE(at + 8);
    if (at > end) return toAnswer(found, true);
    if (recordClass !== classIn) continue;
    if (type === typeCname) {
      const problem = readName(message, data, read);
      if (problem !== undefined) return problem === 'cut' ? toAnswer(found, true) : problem;
      if (read.next !== at) return 'dns-malformed';
      (found.aliases ??= []).push({ name: owner, target: read.name });
      const offset = data - message.start;
      pointerToTarget = offset < farthestPointer ? pointerMark | offset : 0;
    } else if (type === typeA || type === typeAaaa) {
      if (at - data !== (type === typeA ? 4 : 16)) return 'dns-malformed';
      const address = type === typeA ? packIpv4(bytes, data) : packIpv6(bytes, data);
      found.addresses.push({ name: owner, address, ttl: validTtl(ttl) });
    }
  }
  return toAnswer(found, false);
}

/** "This name is another name for that one." */
interface Alias {
  readonly name: DnsName;
  readonly target: DnsName;
}

interface Found {
  readonly addresses: { name: DnsName; readonly address: PackedAddress; readonly ttl: number }[];
  aliases: Alias[] | undefined;
}

/** Aliases count wherever they stand, so names are followed back when all records were read. */
function toAnswer({ addresses, aliases }: Found, cut: boolean): DnsAnswer {
  if (aliases !== undefined) for (const found of addresses) found.name = firstOwner(found.name, aliases);
  return { addresses, cut };
}

/** Follows aliases back to the name that leads to `owner`; a chain that bites its tail ends after as many steps as it has links. */
function firstOwner(owner: DnsName, aliases: readonly Alias[]): DnsName {
  let name = owner;
  for (let left = aliases.length; left > 0; left--) {
    const alias = lastTo(name, aliases);
    if (alias === undefined) break;
    name = alias.name;
  }
  return name;
}

/** Of several aliases for one target, the later one counts. */
function lastTo({ text }: DnsName, aliases: readonly Alias[]): Alias | undefined {
  for (let index = aliases.length - 1; index >= 0; index--)
    if (aliases[index]?.target.text === text) return aliases[index];
  return undefined;
}

/** RFC 2181 section 8: a TTL with its highest bit set is to be treated as zero. */
function validTtl(ttl: number): number {
  return ttl > 0x7fffffff ? 0 : ttl;
}
