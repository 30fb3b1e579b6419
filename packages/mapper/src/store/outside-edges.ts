import type { Found, Workload } from '@network-mapper/model';
import { EdgeStore, type Edge, type EdgeKind } from './edge-store.ts';
import { withPort, type PortSet } from './port-set.ts';

/** A call to a name outside the cluster. */
export interface ExternalSeen {
  readonly client: Workload;
  readonly dnsName: string;
  /** The address that DNS gave, if the source knows it. */
  readonly address: string | null;
  readonly at: number;
}

export interface ExternalEdge extends Edge {
  client: Workload;
  readonly dnsName: string;
  readonly addresses: Set<string>;
}

/** A name that stands for ever new addresses keeps this many of the newest. */
const mostAddresses = 1_024;

export const externalEdges: EdgeKind<ExternalEdge, ExternalSeen> = {
  owner: seen => seen.client,
  key: seen => seen.dnsName,
  limit: 10_000,
  create: ({ client, dnsName, address, at }) => ({
    client,
    dnsName,
    addresses: new Set(address === null ? [] : [address]),
    firstSeen: at,
    lastSeen: at,
    count: 1,
  }),
  merge: (edge, { client, address, at }) => {
    edge.client = client;
    if (address !== null) addBounded(edge.addresses, address);
    extend(edge, at);
  },
};

/** A call from an address outside the cluster. */
export interface IncomingSeen {
  readonly server: Workload;
  readonly found: Found | null;
  readonly address: string;
  readonly at: number;
  readonly port: number | null;
  readonly clientPorts: readonly number[];
}

export interface IncomingEdge extends Edge {
  server: Workload;
  readonly found: Found | null;
  readonly address: string;
  ports: PortSet;
}

export const incomingEdges: EdgeKind<IncomingEdge, IncomingSeen> = {
  owner: seen => seen.server,
  key: seen => seen.address,
  limit: 10_000,
  create: ({ server, found, address, at, port }) => ({
    server,
    found,
    address,
    ports: withPort(undefined, port),
    firstSeen: at,
    lastSeen: at,
    count: 1,
  }),
  merge: (edge, { at, port }) => {
    edge.ports = withPort(edge.ports, port);
    extend(edge, at);
  },
};

export type ExternalTraffic = EdgeStore<ExternalEdge, ExternalSeen>;
export type IncomingTraffic = EdgeStore<IncomingEdge, IncomingSeen>;

export function createExternalTraffic(): ExternalTraffic {
  return new EdgeStore(externalEdges);
}

export function createIncomingTraffic(): IncomingTraffic {
  return new EdgeStore(incomingEdges);
}

function extend(edge: Edge, at: number): void {
  if (at < edge.firstSeen) edge.firstSeen = at;
  if (at > edge.lastSeen) edge.lastSeen = at;
  edge.count++;
}

function addBounded(addresses: Set<string>, address: string): void {
  addresses.delete(address);
  addresses.add(address);
  if (addresses.size <= mostAddresses) return;
  for (const oldest of addresses) {
    addresses.delete(oldest);
    return;
  }
}
