import type { PackedAddress } from './address.ts';
import type { IpPacket } from './ip.ts';
import type { Slice } from './slice.ts';
import type { Undecodable } from './undecodable.ts';

/** A UDP datagram (RFC 768) and its IP addresses; as a slice it is the payload. */
export interface UdpPacket extends Slice {
  readonly kind: 'udp';
  readonly source: PackedAddress;
  readonly destination: PackedAddress;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** The payload is not whole. */
  readonly cut: boolean;
}

export function decodeUdp({ bytes, start, end, source, destination, cut }: IpPacket): UdpPacket | Undecodable {
  if (end - start < 8) return 'udp-cut';
  const length = bytes.readUInt16BE(start + 4);
  return {
    kind: 'udp',
    bytes,
    start: start + 8,
    // A length below the header's own means "as long as the packet" (RFC 2675) or nonsense; the packet decides.
    end: length < 8 ? end : Math.min(end, start + length),
    source,
    destination,
    sourcePort: bytes.readUInt16BE(start),
    destinationPort: bytes.readUInt16BE(start + 2),
    cut,
  };
}
