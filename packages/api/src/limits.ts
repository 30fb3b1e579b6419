/** Why something reported is not taken: it is outside of what such a field can be. */
export type Refusal = 'too-long' | 'too-many' | 'out-of-range' | 'implausible-time';

/**
 * What a field of a report may be at the most. Everything that agents report honestly is below these; what is above is
 * refused and counted, so that nobody fills the memory of the mapper.
 */
export const limits = {
  /** A DNS name in text form, with a dot at its end (RFC 1035 section 2.3.4). */
  dnsName: 255,
  /** A host name (Linux: 64), or what an agent of the original writes in place of an address. */
  hostname: 253,
  /** An IPv6 address with a zone. */
  address: 64,
  uid: 64,
  /** A name of Kubernetes (kubernetes.io, "Object Names and IDs"). */
  name: 253,
  /** A topic of Kafka has at most 249 characters (org.apache.kafka.common.internals.Topic). */
  topic: 249,
  operation: 64,
  /** A name of a group can be as long as Kafka's texts, 32,767; those that people give are not. */
  group: 1_024,
  path: 2_048,
  /** ARNs, scopes of Azure and names of GCP end below 2048 characters. */
  resource: 2_048,
  action: 256,
  /** Actions of one operation. */
  actions: 256,
  methods: 16,
  /** There are about 60 (iana.org, "HTTP Status Code Registry"), and some of proxies' own. */
  responseCodes: 128,
  /** All ports that there are. */
  sourcePorts: 65_536,
  /** Connections, flows: of one report. */
  count: 2 ** 31,
  /** Bytes of one report. */
  bytes: 2 ** 50,
  /** Reasons that an agent counts. */
  reasons: 128,
} as const;

/** Agents' clocks may be ahead of the mapper's by this much, in milliseconds. */
const farAhead = 24 * 3_600_000;
/** No cluster is older than Kubernetes. */
const longAgo = Date.UTC(2000, 0, 1);

/** Whether something can have been seen at a time; also false for NaN. Both are milliseconds since the epoch. */
export function isPlausibleTime({ at, now }: { readonly at: number; readonly now: number }): boolean {
  return at >= longAgo && at <= now + farAhead;
}

/** The text of a field as it may be shown of a report that is refused. */
export function shortened(text: string): string {
  return text.length <= limits.name ? text : `${text.slice(0, limits.name)}…`;
}
