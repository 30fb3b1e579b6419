/**
 * SYN and SYN-ACK, whatever other flags they have (ECN), as of pcap-filter(7); also behind an IPv6 extension header of
 * 8 bytes.
 */
export const synFilters: readonly string[] = [
  '(ip and tcp[13] & 0x02 != 0) or (ip6[6] = 6 and ip6[53] & 0x02 != 0)',
  '(ip6[6] = 0 or ip6[6] = 60 or (ip6[6] = 44 and ip6[42:2] & 0xfff8 = 0)) and ip6[40] = 6 and ip6[61] & 0x02 != 0',
];

/** The SYN alone, when it comes from one of these addresses. */
export function sentSynFilter(addresses: readonly string[]): string {
  const from = (family: 'ip' | 'ip6'): string => {
    const own = addresses.filter(address => address.includes(':') === (family === 'ip6'));
    return own.length === 0 ? '' : `(${own.map(address => `${family} src host ${address}`).join(' or ')})`;
  };
  const [ipv4, ipv6] = [from('ip'), from('ip6')];
  const parts = [
    ...(ipv4 === '' ? [] : [`${ipv4} and tcp[13] & 0x12 = 0x02`]),
    ...(ipv6 === '' ? [] : [`${ipv6} and ip6[6] = 6 and ip6[53] & 0x12 = 0x02`]),
  ];
  return parts.length === 0 ? 'less 0' : parts.map(part => `(${part})`).join(' or ');
}
