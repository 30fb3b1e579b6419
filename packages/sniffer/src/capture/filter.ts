/**
 * What the kernel hands over, as of pcap-filter(7). `udp[…]` and `tcp[…]` mean IPv4 only, so IPv6 is said by offsets
 * from its header. Everything else stays in the kernel: nothing is copied for it.
 */

/** DNS over UDP, answers only: the QR bit is the highest of the third byte. */
const dnsOverUdp = 'udp src port 53 and ((ip and udp[10] & 0x80 != 0) or (ip6 and ip6[50] & 0x80 != 0))';

/** The same behind an IPv6 extension header of 8 bytes: hop-by-hop, destination options, first fragment. */
const dnsBehindExtension =
  '(ip6[6] = 0 or ip6[6] = 60 or (ip6[6] = 44 and ip6[42:2] & 0xfff8 = 0)) and ip6[40] = 17 and ip6[48:2] = 53 and ip6[58] & 0x80 != 0';

/** SYN and SYN-ACK, whatever other flags they have (ECN). */
const syn = '(ip and tcp[13] & 0x02 != 0) or (ip6[6] = 6 and ip6[53] & 0x02 != 0)';

/** Segments of DNS over TCP that carry data. */
const dnsOverTcp =
  '(ip and tcp src port 53 and ip[2:2] - ((ip[0] & 0xf) << 2) - ((tcp[12] & 0xf0) >> 2) != 0) or ' +
  '(ip6[6] = 6 and ip6[40:2] = 53 and ip6[4:2] - ((ip6[52] & 0xf0) >> 2) != 0)';

/** The filter for the kinds of evidence that are wanted; undefined when none is. */
export function captureFilter({ dns, tcp }: { readonly dns: boolean; readonly tcp: boolean }): string | undefined {
  const parts = [
    ...(dns ? [dnsOverUdp, dnsBehindExtension, dnsOverTcp] : []),
    // A DNS stream begins with a SYN-ACK, from which its segments are counted.
    ...(dns || tcp ? [syn] : []),
  ];
  return parts.length === 0 ? undefined : parts.map(part => `(${part})`).join(' or ');
}
