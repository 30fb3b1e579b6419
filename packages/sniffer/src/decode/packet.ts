import type { PackedAddress } from './address.ts';
import { decodeIp } from './ip.ts';
import { findIpHeader } from './link.ts';
import type { Slice } from './slice.ts';
import { decodeTcp, type TcpSegment } from './tcp.ts';
import { decodeUdp, type UdpDatagram } from './udp.ts';
import { isUndecodable, type Undecodable } from './undecodable.ts';

interface Transported {
  readonly source: PackedAddress;
  readonly destination: PackedAddress;
  /** The payload is not whole. */
  readonly cut: boolean;
}

export interface UdpPacket extends Transported {
  readonly kind: 'udp';
  readonly udp: UdpDatagram;
}

export interface TcpPacket extends Transported {
  readonly kind: 'tcp';
  readonly tcp: TcpSegment;
}

export type Packet = UdpPacket | TcpPacket;

const protocolTcp = 6;
const protocolUdp = 17;

/** A frame of the given link type down to its transport layer. Total: answers a reason for every input it cannot use. */
export function decodePacket(frame: Slice, linkType: number): Packet | Undecodable {
  const start = findIpHeader(frame, linkType);
  if (isUndecodable(start)) return start;
  const ip = decodeIp({ bytes: frame.bytes, start, end: frame.end });
  if (isUndecodable(ip)) return ip;
  const { source, destination, cut } = ip;
  if (ip.protocol === protocolUdp) {
    const udp = decodeUdp(ip);
    return isUndecodable(udp) ? udp : { kind: 'udp', source, destination, cut, udp };
  }
  if (ip.protocol !== protocolTcp) return 'not-udp-or-tcp';
  const tcp = decodeTcp(ip);
  return isUndecodable(tcp) ? tcp : { kind: 'tcp', source, destination, cut, tcp };
}
