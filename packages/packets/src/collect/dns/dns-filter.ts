/**
 * Filters for DNS answers, as of pcap-filter(7). `udp[…]` and `tcp[…]` mean IPv4 only, so IPv6 is said by offsets from
 * its header. Everything else stays in the kernel: nothing is copied for it. Multicast DNS (RFC 6762) is nobody's
 * answer.
 */
export function dnsFilters(ports: readonly number[]): readonly string[] {
  const fromPort = (place: string): string => `(${ports.map(port => `${place} ${port}`).join(' or ')})`;
  const unicast = '((ip and ip[16] < 224) or (ip6 and ip6[24] != 0xff))';
  return [
    // Over UDP, answers only: the QR bit is the highest of the third byte.
    `udp and ${fromPort('src port')} and ${unicast} and ((ip and udp[10] & 0x80 != 0) or (ip6 and ip6[50] & 0x80 != 0))`,
    // The same behind an IPv6 extension header of 8 bytes: hop-by-hop, destination options, first fragment.
    '(ip6[6] = 0 or ip6[6] = 60 or (ip6[6] = 44 and ip6[42:2] & 0xfff8 = 0)) and ip6[40] = 17 and ' +
      `${fromPort('ip6[48:2] =')} and ip6[58] & 0x80 != 0`,
    // Segments of DNS over TCP that carry data.
    `ip and tcp and ${fromPort('src port')} and ip[2:2] - ((ip[0] & 0xf) << 2) - ((tcp[12] & 0xf0) >> 2) != 0`,
    `ip6[6] = 6 and ${fromPort('ip6[40:2] =')} and ip6[4:2] - ((ip6[52] & 0xf0) >> 2) != 0`,
  ];
}
