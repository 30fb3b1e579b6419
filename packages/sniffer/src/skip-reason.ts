/** Why something that was seen was not reported. Each reason is a label of the metric `sniffer_skipped_total`. */
export type SkipReason =
  /** Client or server is a loopback address: it never leaves its pod or node. */
  | 'loopback'
  /** A UDP socket to a DNS server: what it asks for is seen as DNS answers. */
  | 'dns-transport'
  /** A network namespace whose processes all vanished while it was read. */
  | 'namespace-gone'
  /** A network namespace whose socket tables may not be read. */
  | 'namespace-not-permitted'
  /** A line of a socket table that has another form than the kernel's documentation says. */
  | 'socket-malformed';
