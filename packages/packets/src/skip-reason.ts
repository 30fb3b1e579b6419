/** Why something that was seen among packets says nothing of who calls whom: rows of docs/skip-reasons.md. */
export const skipReasons = {
  loopback: 'Client or server is a loopback address: it never leaves its pod or node.',
  multicast: 'Multicast DNS: an answer to everybody says nothing about who asked.',
  resolver: 'A lookup by an address that answers DNS questions itself: it asks for others, whose own lookups are seen.',
  'answer-without-address': 'DNS answered 0.0.0.0, :: or a loopback address: nothing outside the pod is called.',
  'too-many-attempts': 'Connections that nobody accepted, to more than 1,024 ports of one server within a minute.',
} as const;

export type SkipReason = keyof typeof skipReasons;
