/**
 * Why something that was seen was not reported: the label `reason` of the metric `sniffer_skipped_total`, and a row of
 * docs/skip-reasons.md.
 */
export const skipReasons = {
  loopback: 'Client or server is a loopback address: it never leaves its pod or node.',
  multicast: 'Multicast DNS: an answer to everybody says nothing about who asked.',
  resolver: 'A lookup by an address that answers DNS questions itself: it asks for others, whose own lookups are seen.',
  'answer-without-address': 'DNS answered 0.0.0.0, :: or a loopback address: nothing outside the pod is called.',
  'too-many-attempts': 'Connections that nobody accepted, to more than 1,024 ports of one server within a minute.',
  'dns-transport': 'A UDP socket to a DNS server: what it asks for is seen as DNS answers.',
  'server-side':
    'A connected socket whose port nobody listens on, but which is the server’s: it drains, or a transparent proxy took it.',
  'namespace-gone': 'A network namespace whose processes all vanished while it was read.',
  'namespace-not-permitted': 'A network namespace whose socket tables may not be read.',
  'socket-malformed': 'A line of a socket table that has another form than the kernel’s documentation says.',
} as const;

export type SkipReason = keyof typeof skipReasons;
