import {
  withEndpoint,
  type Endpoint,
  type ExternalEdge,
  type IncomingEdge,
  type Provenance,
  type Workload,
} from '@network-mapper/model';
import type { EdgeKind } from './edge-store.ts';
import { addCounts } from './edge-times.ts';

interface Times {
  readonly at: number;
  readonly firstAt: number;
  readonly count: number;
}

/** A call to a name outside the cluster. */
export interface ExternalSighting extends Times {
  readonly client: Workload;
  readonly dnsName: string;
  /** The address that DNS gave, if the source knows it. */
  readonly address: string | undefined;
}

/** A name that stands for ever new addresses has this many of the newest. */
const mostAddresses = 1_024;
/** Edges of one workload. */
const limit = 10_000;

export const externalEdges: EdgeKind<ExternalEdge, ExternalSighting> = {
  owner: ({ client }) => client,
  key: ({ dnsName }) => dnsName,
  limit,
  create: ({ client, dnsName, address, at, firstAt, count }, budget) => {
    const addresses = budget.newSet();
    if (address !== undefined) budget.addTo(addresses, address, { kind: 'address', most: mostAddresses });
    return {
      kind: 'external',
      client,
      dnsName,
      addresses,
      firstSeen: firstAt,
      lastSeen: at,
      count,
      revision: 0,
      gone: false,
    };
  },
  merge: (edge, seen, budget) => {
    edge.client = seen.client;
    addCounts(edge, seen);
    const { addresses } = edge;
    if (seen.address === undefined) return;
    if (addresses.delete(seen.address)) {
      // The newest last.
      addresses.add(seen.address);
      return;
    }
    const [oldest] = addresses;
    if (oldest !== undefined && addresses.size >= mostAddresses) budget.removeFrom(addresses, oldest);
    budget.addTo(addresses, seen.address, { kind: 'address', most: mostAddresses });
  },
};

/** A call from an address outside the cluster. */
export interface IncomingSighting extends Times {
  readonly server: Workload;
  readonly serverProvenance: () => Provenance | null;
  readonly address: string;
  readonly endpoint: Endpoint | undefined;
  readonly sourcePorts: readonly number[];
}

export const incomingEdges: EdgeKind<IncomingEdge, IncomingSighting> = {
  owner: ({ server }) => server,
  key: ({ address }) => address,
  limit,
  create: ({ server, serverProvenance, address, at, firstAt, count, endpoint }) => ({
    kind: 'incoming',
    server,
    serverProvenance: serverProvenance(),
    address,
    endpoints: endpoint && withEndpoint(undefined, endpoint),
    firstSeen: firstAt,
    lastSeen: at,
    count,
    revision: 0,
    gone: false,
  }),
  merge: (edge, seen, budget) => {
    if (seen.endpoint !== undefined) edge.endpoints = budget.addEndpoint(edge.endpoints, seen.endpoint);
    addCounts(edge, seen);
  },
};
