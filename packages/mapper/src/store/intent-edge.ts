import { internWorkload, type Evidence, type Found, type Workload } from '@network-mapper/model';
import type { Edge, EdgeKind } from './edge-store.ts';
import { evidenceFlag, protocolFlag, type Flags } from './flags.ts';
import { withPort, type PortSet } from './port-set.ts';

export type IntentType = 'HTTP' | 'KAFKA';

/** A call between two workloads, as a source saw it. */
export interface IntentSeen {
  readonly client: Workload;
  readonly clientFound: Found | null;
  readonly server: Workload;
  readonly serverFound: Found | null;
  readonly type: IntentType | null;
  /** Which way it was found, in the original's words. */
  readonly how: string;
  readonly evidence: Evidence;
  readonly at: number;
  readonly firstAt: number;
  readonly count: number;
  readonly port: number | null;
  readonly protocol: 'TCP' | 'UDP' | null;
  /** Ports of the client; empty when the source tells none, undefined when it never does. */
  readonly clientPorts: readonly number[] | undefined;
  readonly topic?: { readonly name: string; readonly operation: string };
  readonly resource?: { readonly path: string; readonly methods: readonly string[] };
  /** Keys of the workloads that the server may be instead; empty when it is certain. */
  readonly candidates: readonly string[];
}

/** All that is known of the calls of one type between two workloads. */
export interface IntentEdge extends Edge {
  client: Workload;
  clientFound: Found | null;
  server: Workload;
  serverFound: Found | null;
  readonly type: IntentType | null;
  readonly how: string;
  evidence: Flags;
  protocols: Flags;
  ports: PortSet;
  /** Operations by topic. */
  topics: Map<string, Set<string>> | undefined;
  /** Methods by path. */
  resources: Map<string, Set<string>> | undefined;
  /** False while all its support is a Service that has pods of other workloads too. */
  certain: boolean;
}

/** Paths of one pair that are kept; a client that calls ever new paths must not fill the memory. */
const mostPaths = 2_000;

export const intentEdges: EdgeKind<IntentEdge, IntentSeen> = {
  owner: seen => seen.client,
  key: seen => intentKey(seen.server, seen.type),
  create: seen => {
    const edge: IntentEdge = {
      client: seen.client,
      clientFound: seen.clientFound,
      server: seen.server,
      serverFound: seen.serverFound,
      type: seen.type,
      how: seen.how,
      evidence: evidenceFlag(seen.evidence),
      protocols: protocolFlag(seen.protocol),
      ports: withPort(undefined, seen.port),
      topics: undefined,
      resources: undefined,
      certain: seen.candidates.length === 0,
      firstSeen: seen.firstAt,
      lastSeen: seen.at,
      count: seen.count,
    };
    addDetails(edge, seen);
    return edge;
  },
  merge: (edge, seen) => {
    edge.client = newest(edge.client, seen.client);
    edge.server = newest(edge.server, seen.server);
    edge.clientFound ??= seen.clientFound;
    edge.serverFound = withoutStaleFix(edge.serverFound, seen.serverFound);
    edge.evidence |= evidenceFlag(seen.evidence);
    edge.protocols |= protocolFlag(seen.protocol);
    edge.ports = withPort(edge.ports, seen.port);
    edge.certain ||= seen.candidates.length === 0;
    if (seen.firstAt < edge.firstSeen) edge.firstSeen = seen.firstAt;
    if (seen.at > edge.lastSeen) edge.lastSeen = seen.at;
    edge.count += seen.count;
    addDetails(edge, seen);
  },
};

/** Edges of one client are ordered by server, then by type with "none" first. */
export function intentKey(server: { readonly key: string }, type: IntentType | null): string {
  return type === null ? server.key : `${server.key}\0${type}`;
}

function addDetails(edge: IntentEdge, { topic, resource }: IntentSeen): void {
  if (topic !== undefined) {
    edge.topics ??= new Map();
    addTo(edge.topics, topic.name).add(topic.operation);
  }
  if (resource !== undefined) {
    edge.resources ??= new Map();
    if (edge.resources.size >= mostPaths && !edge.resources.has(resource.path)) return;
    const methods = addTo(edge.resources, resource.path);
    for (const method of resource.methods) methods.add(method);
  }
}

function addTo(sets: Map<string, Set<string>>, name: string): Set<string> {
  let set = sets.get(name);
  if (set === undefined) {
    set = new Set();
    sets.set(name, set);
  }
  return set;
}

/** The labels are those of the newest report; all else stays as it was first told, and what was not told yet is added. */
function newest(known: Workload, seen: Workload): Workload {
  if (known === seen) return known;
  return internWorkload({
    ...known,
    labels: seen.labels,
    nameResolvedUsingAnnotation: known.nameResolvedUsingAnnotation ?? seen.nameResolvedUsingAnnotation,
    podOwnerKind:
      known.nameResolvedUsingAnnotation === true ? known.podOwnerKind : (known.podOwnerKind ?? seen.podOwnerKind),
  });
}

/** That a server was found only by its second address stays said only while every sighting needed it. */
function withoutStaleFix(known: Found | null, seen: Found | null): Found | null {
  if (known === null) return seen;
  if (known.tcpDestResolveFixData === null || seen?.tcpDestResolveFixData !== null) return known;
  return { ...known, tcpDestResolveFixData: null };
}
