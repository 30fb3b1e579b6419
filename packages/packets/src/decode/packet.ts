import { decodeIp } from './ip.ts';
import { findIpHeader } from './link.ts';
import type { Slice } from './slice.ts';
import { decodeTcp, type TcpPacket } from './tcp.ts';
import { decodeUdp, type UdpPacket } from './udp.ts';
import { isUndecodable, type Undecodable } from './undecodable.ts';

export type Packet = UdpPacket | TcpPacket;

const protocolTcp = 6;
const protocolUdp = 17;
/** An IP packet in an IP packet (RFC 2003, RFC 4213): IPv4 and IPv6. */
const protocolIpv4 = 4;
const protocolIpv6 = 41;

/**
 * A frame of the given link type down to its transport layer. Total: answers a reason for every input it cannot use.
 */
export function decodePacket(frame: Slice, linkType: number): Packet | Undecodable {
  const start = findIpHeader(frame, linkType);
  if (isUndecodable(start)) return start;
  const outer = decodeIp(frame, start);
  if (isUndecodable(outer)) return outer;
  const ip = outer.protocol === protocolIpv4 || outer.protocol === protocolIpv6 ? decodeIp(outer, outer.start) : outer;
  if (isUndecodable(ip)) return ip;
  if (ip.protocol === protocolUdp) return decodeUdp(ip);
  return ip.protocol === protocolTcp ? decodeTcp(ip) : 'not-udp-or-tcp';
}
