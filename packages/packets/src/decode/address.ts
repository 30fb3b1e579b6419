/**
 * An IP address in the form in which it is compared fastest: IPv4 as a signed 32-bit number, IPv6 as a
 * text of its 16 bytes (one character a byte). An IPv4-mapped IPv6 address is the IPv4 address.
 */
export type PackedAddress = number | string;

const mappedPrefix = '\0'.repeat(10) + '\xff\xff';
const ipv6Loopback = '\0'.repeat(15) + '\x01';
const unspecified = '\0'.repeat(16);

/** The IPv4 address at `at`; the caller has checked that 4 bytes are there. */
export function packIpv4(bytes: Buffer, at: number): PackedAddress {
  return bytes.readInt32BE(at);
}

/** The IPv6 address at `at`; the caller has checked that 16 bytes are there. */
export function packIpv6(bytes: Buffer, at: number): PackedAddress {
  const packed = bytes.toString('latin1', at, at + 16);
  return packed.startsWith(mappedPrefix) ? bytes.readInt32BE(at + 12) : packed;
}

/** The address as text that is made fast and is fit for a key; not for people. */
export function addressKey(address: PackedAddress): string {
  return typeof address === 'number' ? String.fromCharCode(address >>> 16, address & 0xffff) : address;
}

/** Two addresses and a number of 32 bits as such a text, in less time than one after the other. */
export function addressPairKey(first: PackedAddress, second: PackedAddress, number: number): string {
  const high = number >>> 16;
  const low = number & 0xffff;
  if (typeof first !== 'number' || typeof second !== 'number')
    return addressKey(first) + addressKey(second) + String.fromCharCode(high, low);
  return String.fromCharCode(first >>> 16, first & 0xffff, second >>> 16, second & 0xffff, high, low);
}

/** 127.0.0.0/8 (RFC 1122 section 3.2.1.3) or ::1 (RFC 4291 section 2.5.3). */
export function isLoopback(address: PackedAddress): boolean {
  return typeof address === 'number' ? address >>> 24 === 127 : address === ipv6Loopback;
}

/** 224.0.0.0/4 (RFC 5771), the broadcast address, or ff00::/8 (RFC 4291 section 2.7). */
export function isMulticast(address: PackedAddress): boolean {
  return typeof address === 'number' ? address >>> 28 === 14 || address === -1 : address.startsWith('\xff');
}

/** 0.0.0.0 or ::. */
export function isUnspecified(address: PackedAddress): boolean {
  return address === 0 || address === unspecified;
}

/** Dotted IPv4, or IPv6 in the form of RFC 5952. */
export function formatAddress(address: PackedAddress): string {
  if (typeof address === 'number') {
    return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
  }
  const groups = Array.from(
    { length: 8 },
    (_, index) => (address.charCodeAt(2 * index) << 8) | address.charCodeAt(2 * index + 1),
  );
  const { from, length } = longestZeroRun(groups);
  const text = (part: readonly number[]): string => part.map(group => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, from))}::${text(groups.slice(from + length))}`;
}

/** RFC 5952 section 4.2: the first of the longest runs of zero groups. */
function longestZeroRun(groups: readonly number[]): { readonly from: number; readonly length: number } {
  let best = { from: 0, length: 0 };
  let from = 0;
  groups.forEach((group, index) => {
    if (group !== 0) from = index + 1;
    else if (index + 1 - from > best.length) best = { from, length: index + 1 - from };
  });
  return best;
}

/** The 4 or 16 bytes of the address, in the order of the network. */
export function addressBytes(address: PackedAddress): Buffer {
  if (typeof address === 'string') return Buffer.from(address, 'latin1');
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(address);
  return bytes;
}
