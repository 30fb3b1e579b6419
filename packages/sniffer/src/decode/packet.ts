import { decodeIp } from './ip.ts';
import { findIpHeader } from './link.ts';
import type { Slice } from './slice.ts';
import { decodeTcp, type TcpPacket } from './tcp.ts';
import { decodeUdp, type UdpPacket } from './udp.ts';
import { isUndecodable, type Undecodable } from './undecodable.ts';

export type Packet = UdpPacket | TcpPacket;

const protocolTcp = 6;
const protocolUdp = 17;

/** A frame of the given link type down to its transport layer. Total: answers a reason for every input it cannot use. */
export function decodePacket(frame: Slice, linkType: number): Packet | Undecodable {
  const start = findIpHeader(frame, linkType);
  if (isUndecodable(start)) return start;
  const ip = decodeIp(frame, start);
  if (isUndecodable(ip)) return ip;
  if (ip.protocol === protocolUdp) return decodeUdp(ip);
  return ip.protocol === protocolTcp ? decodeTcp(ip) : 'not-udp-or-tcp';
}
