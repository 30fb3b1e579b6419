import type { PackedAddress } from './address.ts';
import type { IpPacket } from './ip.ts';
import type { Slice } from './slice.ts';
import type { Undecodable } from './undecodable.ts';

/** A TCP segment (RFC 9293 section 3.1) and its IP addresses; as a slice it is the payload. */
export interface TcpPacket extends Slice {
  readonly kind: 'tcp';
  readonly source: PackedAddress;
  readonly destination: PackedAddress;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Sequence and acknowledgement numbers as signed 32-bit numbers. */
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly syn: boolean;
  readonly ack: boolean;
  /** The payload is not whole. */
  readonly cut: boolean;
}

export function decodeTcp({ bytes, start, end, source, destination, cut }: IpPacket): TcpPacket | Undecodable {
  if (end - start < 20) return 'tcp-malformed';
  const headerLength = (bytes.readUInt8(start + 12) >> 4) * 4;
  if (headerLength < 20 || start + headerLength > end) return 'tcp-malformed';
  const flags = bytes.readUInt8(start + 13);
  return {
    kind: 'tcp',
    bytes,
    start: start + headerLength,
    end,
    source,
    destination,
    sourcePort: bytes.readUInt16BE(start),
    destinationPort: bytes.readUInt16BE(start + 2),
    sequence: bytes.readInt32BE(start + 4),
    acknowledgement: bytes.readInt32BE(start + 8),
    syn: (flags & 0x02) !== 0,
    ack: (flags & 0x10) !== 0,
    cut,
  };
}
