import type { Slice } from './slice.ts';
import type { Undecodable } from './undecodable.ts';

/** A UDP datagram (RFC 768); as a slice it is the payload. */
export interface UdpDatagram extends Slice {
  readonly sourcePort: number;
  readonly destinationPort: number;
}

export function decodeUdp({ bytes, start, end }: Slice): UdpDatagram | Undecodable {
  if (end - start < 8) return 'udp-cut';
  const length = bytes.readUInt16BE(start + 4);
  return {
    bytes,
    start: start + 8,
    // A length below the header's own means "as long as the packet" (RFC 2675) or nonsense; the packet decides.
    end: length < 8 ? end : Math.min(end, start + length),
    sourcePort: bytes.readUInt16BE(start),
    destinationPort: bytes.readUInt16BE(start + 2),
  };
}
