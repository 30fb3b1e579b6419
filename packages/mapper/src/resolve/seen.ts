import type { Evidence } from '@network-mapper/model';

export type { Evidence };

/** The side that asked, as an agent of its node knows it. */
export interface SeenClient {
  readonly srcIp: string;
  /** What the process says its host is called; empty when unknown. */
  readonly srcHostname: string;
  readonly srcPodUid?: string | null;
}

/** The side that was asked, as an agent knows it. Times are milliseconds since the epoch. */
export interface SeenServer {
  /** A DNS name, or an address as the client called it. */
  readonly destination: string;
  /** The address that was really reached, or that DNS answered. */
  readonly destinationIP?: string | null;
  readonly destinationPort?: number | null;
  readonly TTL?: number | null;
  readonly lastSeen: number;
  readonly srcPorts?: readonly number[] | null;
  readonly protocol?: 'TCP' | 'UDP' | null;
  readonly accepted?: boolean | null;
  readonly connections?: number | null;
  readonly firstSeen?: number | null;
  readonly destinationPodUid?: string | null;
}

/** What an agent saw on its node: "this address talked to that one". */
export interface Sighting {
  readonly evidence: 'DNS' | 'TCP' | 'SOCKET';
  readonly client: SeenClient;
  readonly server: SeenServer;
}
