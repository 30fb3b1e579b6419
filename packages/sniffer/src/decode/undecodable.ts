/** Why a packet could not be decoded. Each reason is a label of the metric `sniffer_packets_undecodable_total`. */
export type Undecodable =
  /** The capture's link type is not known. */
  | 'link-type'
  /** The packet ends inside its link layer's header. */
  | 'link-cut'
  /** Neither IPv4 nor IPv6. */
  | 'not-ip'
  /** The packet ends inside its IP header, or the header contradicts itself. */
  | 'ip-malformed'
  /** A later fragment: it has no ports. */
  | 'ip-later-fragment'
  /** Neither UDP nor TCP. */
  | 'not-udp-or-tcp'
  /** The packet ends inside its UDP header. */
  | 'udp-cut'
  /** The packet ends inside its TCP header, or the header contradicts itself. */
  | 'tcp-malformed'
  /** Not an answer to a standard query. */
  | 'dns-not-an-answer'
  /** The message contradicts itself, e.g. a name that points forward. */
  | 'dns-malformed'
  /** A name with characters that no host name has. */
  | 'dns-name-unprintable'
  /** Part of a DNS answer over TCP is missing. */
  | 'dns-stream-gap';

/** A reason instead of a result. */
export function isUndecodable(result: object | number | Undecodable): result is Undecodable {
  return typeof result === 'string';
}
