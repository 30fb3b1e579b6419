/**
 * Why a packet could not be decoded: the label `reason` of the metric `sniffer_packets_undecodable_total`, and a row of
 * docs/skip-reasons.md.
 */
export const undecodable = {
  'link-type': 'The capture’s link type is not known.',
  'link-cut': 'The packet ends inside its link layer’s header.',
  'not-ip': 'Neither IPv4 nor IPv6.',
  'ip-malformed': 'The packet ends inside its IP header, or the header contradicts itself.',
  'ip-later-fragment': 'A later fragment: it has no ports.',
  'not-udp-or-tcp': 'Neither UDP nor TCP.',
  'udp-cut': 'The packet ends inside its UDP header.',
  'tcp-malformed': 'The packet ends inside its TCP header, or the header contradicts itself.',
  'dns-not-an-answer': 'Not an answer to a standard query.',
  'dns-malformed': 'The message contradicts itself, e.g. a name that points forward.',
  'dns-name-unprintable': 'A name with characters that no host name has.',
  'dns-too-long': 'A message with more names, aliases or addresses than a resolver answers; what comes first counts.',
  'dns-stream-gap': 'Part of a DNS answer over TCP is missing.',
} as const;

export type Undecodable = keyof typeof undecodable;

/** A reason instead of a result. */
export function isUndecodable(result: object | number | Undecodable): result is Undecodable {
  return typeof result === 'string';
}
