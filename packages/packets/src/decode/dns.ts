import { packIpv4, packIpv6, type PackedAddress } from './address.ts';
import { DnsNameReader, type DnsName } from './dns-name.ts';
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
  /** Why a record could not be read; `addresses` has what the others say. */
  readonly odd: Undecodable | undefined;
}

const headerLength = 12;
const typeA = 1;
const typeCname = 5;
const typeAaaa = 28;
const classIn = 1;
/** Bytes behind a record's name: type, class, TTL, length of data. */
const recordFixed = 10;
/**
 * Set in the two bytes of a compression pointer (RFC 1035 section 4.1.4); the rest is where it points in the message.
 */
const pointerMark = 0xc000;
const farthestPointer = 0x4000;
/** The question begins right behind the header, and most records are its. */
const pointerToQuestion = pointerMark | headerLength;
/** Addresses that are taken of one message: some hundreds are the most that a resolver answers. */
const mostAddresses = 1024;
/** Aliases of one message: resolvers follow no more than 16 (BIND) or 11 (Unbound). */
const mostAliases = 64;

const nothing: DnsAnswer = { addresses: [], cut: false, odd: undefined };
const nothingBeforeCut: DnsAnswer = { addresses: [], cut: true, odd: undefined };

interface AnswerSection {
  readonly question: DnsName;
  readonly from: number;
  readonly records: number;
}

/** "This name is another name for that one." */
interface Alias {
  readonly name: DnsName;
  readonly target: DnsName;
}

interface Records {
  readonly addresses: { name: DnsName; readonly address: PackedAddress; readonly ttl: number }[];
  readonly aliases: Alias[];
}

/** Decodes DNS responses, in time that grows with their length alone. */
export class DnsDecoder {
  readonly #names = new DnsNameReader();

  /**
   * The addresses in a DNS response (RFC 1035 section 4; AAAA: RFC 3596). Negative answers (any RCODE but NOERROR) have
   * none. Only the answer section is read; what EDNS adds comes behind it.
   */
  decode(message: Slice): DnsAnswer | Undecodable {
    const { bytes, start, end } = message;
    if (end - start < headerLength) return nothingBeforeCut;
    const flags = bytes.readUInt16BE(start + 2);
    if ((flags & 0xf800) !== 0x8000) return 'dns-not-an-answer'; // QR must be set, OPCODE be QUERY.
    if ((flags & 0x000f) !== 0) return nothing;
    const questions = bytes.readUInt16BE(start + 4);
    const records = bytes.readUInt16BE(start + 6);
    if (questions !== 1) return 'dns-malformed'; // RFC 9619.
    this.#names.begin();
    const problem = this.#names.read(message, start + headerLength);
    if (problem !== undefined) return problem === 'cut' ? nothingBeforeCut : problem;
    const from = this.#names.next + 4;
    if (from > end) return nothingBeforeCut;
    return records === 0 ? nothing : this.#readRecords(message, { question: this.#names.name, from, records });
  }

  #readRecords(message: Slice, { question, from, records }: AnswerSection): DnsAnswer {
    const { bytes, end } = message;
    const names = this.#names;
    const found: Records = { addresses: [], aliases: [] };
    let odd: Undecodable | undefined;
    let pointerToTarget = 0; // The next record after an alias is usually its target's.
    let at = from;
    for (let left = records; left > 0; left--) {
      let owner: DnsName | undefined = question;
      const pointer = at + 2 <= end ? bytes.readUInt16BE(at) : 0;
      if (pointer === pointerToQuestion) at += 2;
      else if (pointer === pointerToTarget && found.aliases.length > 0) {
        owner = found.aliases.at(-1)?.target;
        at += 2;
      } else {
        const problem = names.read(message, at);
        if (problem === 'cut') return toAnswer(found, { cut: true, odd });
        odd ??= problem;
        // Where the record begins is known behind a name that is merely not a host's.
        if (problem !== undefined && problem !== 'dns-name-unprintable') return toAnswer(found, { cut: false, odd });
        owner = problem === undefined ? names.name : undefined;
        at = names.next;
      }
      if (at + recordFixed > end) return toAnswer(found, { cut: true, odd });
      const type = bytes.readUInt16BE(at);
      const recordClass = bytes.readUInt16BE(at + 2);
      const ttl = bytes.readUInt32BE(at + 4);
      const data = at + recordFixed;
      at = data + bytes.readUInt16BE(at + 8);
      if (at > end) return toAnswer(found, { cut: true, odd });
      if (recordClass !== classIn || owner === undefined) continue;
      if (type === typeCname) {
        if (found.aliases.length === mostAliases) return toAnswer(found, { cut: true, odd: odd ?? 'dns-too-long' });
        const problem = names.read(message, data);
        if (problem !== undefined || names.next !== at) {
          odd ??= problem === undefined || problem === 'cut' ? 'dns-malformed' : problem;
          continue;
        }
        found.aliases.push({ name: owner, target: names.name });
        const offset = data - message.start;
        pointerToTarget = offset < farthestPointer ? pointerMark | offset : 0;
      } else if (type === typeA || type === typeAaaa) {
        if (at - data !== (type === typeA ? 4 : 16)) {
          odd ??= 'dns-malformed';
          continue;
        }
        if (found.addresses.length === mostAddresses) return toAnswer(found, { cut: true, odd: odd ?? 'dns-too-long' });
        const address = type === typeA ? packIpv4(bytes, data) : packIpv6(bytes, data);
        found.addresses.push({ name: owner, address, ttl: validTtl(ttl) });
      }
    }
    return toAnswer(found, { cut: false, odd });
  }
}

/** Aliases count wherever they stand, so names are followed back when all records were read. */
function toAnswer({ addresses, aliases }: Records, { cut, odd }: Pick<DnsAnswer, 'cut' | 'odd'>): DnsAnswer {
  if (aliases.length > 0) {
    const firstOwner = firstOwners(aliases);
    for (const found of addresses) found.name = firstOwner(found.name);
  }
  return { addresses, cut, odd };
}

/**
 * Follows aliases back to the name that leads to a name. Of several aliases for one target, the later one counts. Each
 * link is followed once, whatever number of names it leads to; a chain that bites its tail ends where it was entered.
 */
function firstOwners(aliases: readonly Alias[]): (name: DnsName) => DnsName {
  const nameOfTarget = new Map(aliases.map(({ name, target }) => [target.text, name]));
  const known = new Map<string, DnsName>();
  return name => {
    const path: string[] = [];
    let owner = name;
    while (true) {
      const before = known.get(owner.text);
      if (before !== undefined) {
        owner = before;
        break;
      }
      known.set(owner.text, owner); // Met again on this path, it closes a circle.
      path.push(owner.text);
      const next = nameOfTarget.get(owner.text);
      if (next === undefined) break;
      owner = next;
    }
    for (const text of path) known.set(text, owner);
    return owner;
  };
}

/** RFC 2181 section 8: a TTL with its highest bit set is to be treated as zero. */
function validTtl(ttl: number): number {
  return ttl > 0x7fffffff ? 0 : ttl;
}
