import { packIpv4, packIpv6, type PackedAddress } from './address.ts';
import type { Slice } from './slice.ts';
import type { Undecodable } from './undecodable.ts';

/** An IP packet; as a slice it is the payload. */
export interface IpPacket extends Slice {
  readonly source: PackedAddress;
  readonly destination: PackedAddress;
  /** As of the IANA registry of protocol numbers: 6 is TCP, 17 UDP. */
  readonly protocol: number;
  /** The payload is not whole: the capture cut it, or it is the first fragment of several. */
  readonly cut: boolean;
}

/** The IP packet that begins at `start` within `frame`, version 4 (RFC 791) or 6 (RFC 8200). */
export function decodeIp(frame: Slice, start: number): IpPacket | Undecodable {
  if (frame.end <= start) return 'ip-malformed';
  const version = frame.bytes.readUInt8(start) >> 4;
  if (version === 4) return decodeIpv4(frame, start);
  return version === 6 ? decodeIpv6(frame, start) : 'not-ip';
}

const fragmentOffset = 0x1fff;
const moreFragments = 0x2000;

function decodeIpv4({ bytes, end }: Slice, start: number): IpPacket | Undecodable {
  if (end - start < 20) return 'ip-malformed';
  const headerLength = (bytes.readUInt8(start) & 0x0f) * 4;
  const totalLength = bytes.readUInt16BE(start + 2);
  if (headerLength < 20 || start + headerLength > end) return 'ip-malformed';
  // 0 is what a network card is given to cut into segments itself (TSO): the length is what was captured.
  if (totalLength !== 0 && totalLength < headerLength) return 'ip-malformed';
  const fragment = bytes.readUInt16BE(start + 6);
  if ((fragment & fragmentOffset) !== 0) return 'ip-later-fragment';
  const wholeEnd = totalLength === 0 ? end : start + totalLength;
  return {
    bytes,
    start: start + headerLength,
    end: Math.min(end, wholeEnd),
    source: packIpv4(bytes, start + 12),
    destination: packIpv4(bytes, start + 16),
    protocol: bytes.readUInt8(start + 9),
    cut: wholeEnd > end || (fragment & moreFragments) !== 0,
  };
}

/** Extension headers that may stand before the payload: next header and length in the first two bytes. */
const hopByHop = 0;
const routing = 43;
const fragmentHeader = 44;
const destinationOptions = 60;

function decodeIpv6({ bytes, end }: Slice, start: number): IpPacket | Undecodable {
  if (end - start < 40) return 'ip-malformed';
  const payloadLength = bytes.readUInt16BE(start + 4);
  const wholeEnd = payloadLength === 0 ? end : start + 40 + payloadLength;
  const stop = Math.min(end, wholeEnd);
  let protocol = bytes.readUInt8(start + 6);
  let cut = wholeEnd > end;
  let at = start + 40;
  while (
    protocol === hopByHop ||
    protocol === routing ||
    protocol === fragmentHeader ||
    protocol === destinationOptions
  ) {
    if (at + 8 > stop) return 'ip-malformed';
    const next = bytes.readUInt8(at);
    if (protocol === fragmentHeader) {
      const fragment = bytes.readUInt16BE(at + 2);
      if (fragment >> 3 !== 0) return 'ip-later-fragment';
      cut ||= (fragment & 1) !== 0;
      at += 8;
    } else {
      at += 8 + bytes.readUInt8(at + 1) * 8;
    }
    protocol = next;
  }
  if (at > stop) return 'ip-malformed';
  return {
    bytes,
    start: at,
    end: stop,
    source: packIpv6(bytes, start + 8),
    destination: packIpv6(bytes, start + 24),
    protocol,
    cut,
  };
}
