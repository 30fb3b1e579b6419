/** SYN and SYN-ACK, whatever other flags they have (ECN), as of pcap-filter(7); also behind an IPv6 extension header of 8 bytes. */
export const synFilters: readonly string[] = [
  '(ip and tcp[13] & 0x02 != 0) or (ip6[6] = 6 and ip6[53] & 0x02 != 0)',
  '(ip6[6] = 0 or ip6[6] = 60 or (ip6[6] = 44 and ip6[42:2] & 0xfff8 = 0)) and ip6[40] = 6 and ip6[61] & 0x02 != 0',
];
