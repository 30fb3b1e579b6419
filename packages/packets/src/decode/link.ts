import type { Slice } from './slice.ts';
import type { Undecodable } from './undecodable.ts';

/** Link types as of https://www.tcpdump.org/linktypes.html. */
export const linkTypes = {
  null: 0,
  ethernet: 1,
  rawBsd: 12,
  rawOpenBsd: 14,
  raw: 101,
  loop: 108,
  linuxSll: 113,
  ipv4: 228,
  ipv6: 229,
  linuxSll2: 276,
} as const;

const etherTypeIpv4 = 0x0800;
const etherTypeIpv6 = 0x86dd;
/** IEEE 802.1Q, 802.1ad and the older QinQ. */
const vlanTags: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const etherTypePppoeSession = 0x8864;
/** Six bytes of PPPoE, two of the PPP protocol (RFC 2516 section 4). */
const pppoeHeader = 8;
/** IPv4 and IPv6. */
const pppProtocols: ReadonlySet<number> = new Set([0x0021, 0x0057]);
/** Packet type of the Linux cooked headers: sent by this machine. */
const outgoing = 4;

/** Where the IP header of a frame begins. */
export function findIpHeader(frame: Slice, linkType: number): number | Undecodable {
  switch (linkType) {
    case linkTypes.linuxSll2:
      return afterEtherType(frame, { typeAt: frame.start, headerLength: 20 });
    case linkTypes.linuxSll:
      return afterEtherType(frame, { typeAt: frame.start + 14, headerLength: 16 });
    case linkTypes.ethernet:
      return afterEtherType(frame, { typeAt: frame.start + 12, headerLength: 14 });
    case linkTypes.null:
    case linkTypes.loop:
      // An address family, in the byte order of the machine that captured; the IP version says the same.
      return frame.end - frame.start < 4 ? 'link-cut' : frame.start + 4;
    case linkTypes.raw:
    case linkTypes.rawBsd:
    case linkTypes.rawOpenBsd:
    case linkTypes.ipv4:
    case linkTypes.ipv6:
      return frame.start;
    default:
      return 'link-type';
  }
}

/**
 * Where a frame passed: equal for packets that passed the same place in the same direction, as far as the link type
 * shows. Even for a frame that arrived, odd for one that left (`isOutgoing`); 0 where nothing is known.
 */
export function hopOf({ bytes, start, end }: Slice, linkType: number): number {
  switch (linkType) {
    case linkTypes.linuxSll2:
      return end - start < 20 ? 0 : bytes.readUInt32BE(start + 4) * 2 + Number(bytes[start + 10] === outgoing);
    case linkTypes.linuxSll:
      return end - start < 16 ? 0 : 2 + Number(bytes.readUInt16BE(start) === outgoing);
    case linkTypes.ethernet:
      return end - start < 14 ? 0 : bytes.readUIntBE(start + 6, 6) * 2; // The sender's address.
    default:
      return 0;
  }
}

/** Whether a frame of this hop was sent by the machine that captured. */
export function isOutgoing(hop: number): boolean {
  return hop % 2 === 1;
}

interface EtherTyped {
  /** Where the EtherType is. */
  readonly typeAt: number;
  readonly headerLength: number;
}

/** Skips VLAN tags (two bytes of tag and the EtherType of what follows, right behind the header) and PPPoE. */
function afterEtherType({ bytes, start, end }: Slice, { typeAt, headerLength }: EtherTyped): number | Undecodable {
  let at = start + headerLength;
  if (at > end) return 'link-cut';
  let etherType = bytes.readUInt16BE(typeAt);
  while (etherType !== etherTypeIpv4 && etherType !== etherTypeIpv6) {
    if (etherType === etherTypePppoeSession) {
      if (at + pppoeHeader > end) return 'link-cut';
      return pppProtocols.has(bytes.readUInt16BE(at + 6)) ? at + pppoeHeader : 'not-ip';
    }
    if (!vlanTags.has(etherType)) return 'not-ip';
    if (at + 4 > end) return 'link-cut';
    etherType = bytes.readUInt16BE(at + 2);
    at += 4;
  }
  return at;
}
