import { packIpv4, packIpv6, type PackedAddress } from './address.ts';
import { readName, type NameRead } from './dns-name.ts';
import type { Slice } from './slice.ts';
import type { Undecodable } from './undecodable.ts';

/** "This name has this address", as an answer says it. */
export interface DnsAddress {
  /** The name that was asked for: a chain of CNAME records is followed back to its first owner. */
  readonly name: string;
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
/** Compression pointer to the question, which begins right behind the header. */
const pointerToQuestion = 0xc000 | headerLength;

const nothing: DnsAnswer = { addresses: [], cut: false };
const nothingBeforeCut: DnsAnswer = { addresses: [], cut: true };

/** Names are read into here: one message is decoded at a time. */
const read: NameRead = { name: '', next: 0 };

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
  readonly question: string;
  readonly from: number;
  readonly records: number;
}

function readRecords(message: Slice, { question, from, records }: AnswerSection): DnsAnswer | Undecodable {
  const { bytes, end } = message;
  const addresses: DnsAddress[] = [];
  let aliases: Map<string, string> | undefined;
  const answer = (cut: boolean): DnsAnswer => ({ addresses: withFirstOwners(addresses, aliases), cut });
  let at = from;
  for (let left = records; left > 0; left--) {
    let owner = question;
    if (at + 2 <= end && bytes.readUInt16BE(at) === pointerToQuestion) at += 2;
    else {
      const problem = readName(message, at, read);
      if (problem !== undefined) return problem === 'cut' ? answer(true) : problem;
      owner = read.name;
      at = read.next;
    }
    if (at + recordFixed > end) return answer(true);
    const type = bytes.readUInt16BE(at);
    const recordClass = bytes.readUInt16BE(at + 2);
    const ttl = bytes.readUInt32BE(at + 4);
    const data = at + recordFixed;
    at = data + bytes.readUInt16BE(at + 8);
    if (at > end) return answer(true);
    if (recordClass !== classIn) continue;
    if (type === typeCname) {
      const problem = readName(message, data, read);
      if (problem !== undefined) return problem === 'cut' ? answer(true) : problem;
      if (read.next !== at) return 'dns-malformed';
      aliases ??= new Map();
      aliases.set(read.name, owner);
    } else if (type === typeA || type === typeAaaa) {
      if (at - data !== (type === typeA ? 4 : 16)) return 'dns-malformed';
      const address = type === typeA ? packIpv4(bytes, data) : packIpv6(bytes, data);
      addresses.push({ name: owner, address, ttl: validTtl(ttl) });
    }
  }
  return answer(false);
}

type Aliases = ReadonlyMap<string, string> | undefined;

function withFirstOwners(addresses: readonly DnsAddress[], aliases: Aliases): readonly DnsAddress[] {
  if (aliases === undefined) return addresses;
  return addresses.map(found => ({ ...found, name: firstOwner(found.name, aliases) }));
}

/** Follows aliases back to the name that leads to `owner`; a chain that bites its tail ends after as many steps as it has links. */
function firstOwner(owner: string, aliases: ReadonlyMap<string, string>): string {
  let name = owner;
  for (let left = aliases.size; left > 0; left--) {
    const alias = aliases.get(name);
    if (alias === undefined) break;
    name = alias;
  }
  return name;
}

/** RFC 2181 section 8: a TTL with its highest bit set is to be treated as zero. */
function validTtl(ttl: number): number {
  return ttl > 0x7fffffff ? 0 : ttl;
}
