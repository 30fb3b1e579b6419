import { skipReasons as packetReasons } from '@network-mapper/packets';

/**
 * Why something that was seen was not reported: the label `reason` of the metric `sniffer_skipped_total`, and a row of
 * docs/skip-reasons.md.
 */
export const skipReasons = {
  ...packetReasons,
  'dns-transport': 'A UDP socket to a DNS server: what it asks for is seen as DNS answers.',
  'server-side':
    'A connected socket whose port nobody listens on, but which is the server’s: it drains, or a transparent proxy took it.',
  'namespace-gone': 'A network namespace whose processes all vanished while it was read.',
  'namespace-not-permitted': 'A network namespace whose socket tables may not be read.',
  'socket-malformed': 'A line of a socket table that has another form than the kernel’s documentation says.',
} as const;

export type SkipReason = keyof typeof skipReasons;
