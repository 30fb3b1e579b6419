import { internWorkload, type Evidence, type Found, type Workload } from '@network-mapper/model';
import type { Edge, EdgeKind } from './edge-store.ts';
import { evidenceFlag, protocolFlag, type Flags } from './flags.ts';
import { foundNumbers, keepFound, sharedPlace, toFound, type FoundPlace } from './found-place.ts';
import { createNumberRows } from './number-rows.ts';
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

/** The numbers of an edge: when and how often it was seen, and the times of how its sides were found. */
const newRow = createNumberRows(3 + 2 * foundNumbers);
const firstSeenAt = 0;
const lastSeenAt = 1;
const countAt = 2;
const clientFoundAt = 3;
const serverFoundAt = clientFoundAt + foundNumbers;

/**
 * All that is known of the calls of one type between two workloads. There are hundreds of thousands of them, so their numbers are in rows,
 * and how the sides were found is shared as far as it is the same.
 */
export class IntentEdge implements Edge {
  client: Workload;
  server: Workload;
  readonly type: IntentType | null;
  readonly how: string;
  evidence: Flags;
  protocols: Flags;
  ports: PortSet;
  /** False while all its support is a Service that has pods of other workloads too. */
  certain: boolean;
  /** Operations by topic. */
  topics: Map<string, Set<string>> | undefined;
  /** Methods by path. */
  resources: Map<string, Set<string>> | undefined;
  #clientPlace: FoundPlace | null;
  #serverPlace: FoundPlace | null;
  readonly #numbers: Float64Array;
  readonly #row: number;

  constructor(seen: IntentSeen) {
    const { numbers, row } = newRow();
    this.client = seen.client;
    this.server = seen.server;
    this.type = seen.type;
    this.how = seen.how;
    this.evidence = evidenceFlag(seen.evidence);
    this.protocols = protocolFlag(seen.protocol);
    this.ports = withPort(undefined, seen.port);
    this.certain = seen.candidates.length === 0;
    this.topics = undefined;
    this.resources = undefined;
    this.#clientPlace = keepFound(seen.clientFound, numbers, row + clientFoundAt);
    this.#serverPlace = keepFound(seen.serverFound, numbers, row + serverFoundAt);
    this.#numbers = numbers;
    this.#row = row;
    this.firstSeen = seen.firstAt;
    this.lastSeen = seen.at;
    this.count = seen.count;
    addDetails(this, seen);
  }

  /** Adds what was seen. Most of it is known: then only the row of numbers is written to. */
  merge(seen: IntentSeen): void {
    if (seen.client !== this.client) this.client = newest(this.client, seen.client);
    if (seen.server !== this.server) this.server = newest(this.server, seen.server);
    const evidence = this.evidence | evidenceFlag(seen.evidence);
    if (evidence !== this.evidence) this.evidence = evidence;
    const protocols = this.protocols | protocolFlag(seen.protocol);
    if (protocols !== this.protocols) this.protocols = protocols;
    const ports = withPort(this.ports, seen.port);
    if (ports !== this.ports) this.ports = ports;
    this.count += seen.count;
    this.certain ||= seen.candidates.length === 0;
    this.#clientPlace ??= keepFound(seen.clientFound, this.#numbers, this.#row + clientFoundAt);
    if (this.#serverPlace === null)
      this.#serverPlace = keepFound(seen.serverFound, this.#numbers, this.#row + serverFoundAt);
    else if (this.#serverPlace.tcpDestResolveFixData !== null && seen.serverFound?.tcpDestResolveFixData === null)
      // That a server was found only by its second address stays said only while every sighting needed it.
      this.#serverPlace = sharedPlace({ ...this.#serverPlace, tcpDestResolveFixData: null });
    if (seen.firstAt < this.firstSeen) this.firstSeen = seen.firstAt;
    if (seen.at > this.lastSeen) this.lastSeen = seen.at;
    addDetails(this, seen);
  }

  get firstSeen(): number {
    return this.#numbers[this.#row + firstSeenAt] ?? NaN;
  }

  set firstSeen(time: number) {
    this.#numbers[this.#row + firstSeenAt] = time;
  }

  get lastSeen(): number {
    return this.#numbers[this.#row + lastSeenAt] ?? NaN;
  }

  set lastSeen(time: number) {
    this.#numbers[this.#row + lastSeenAt] = time;
  }

  /** How often it was reported. */
  get count(): number {
    return this.#numbers[this.#row + countAt] ?? NaN;
  }

  set count(count: number) {
    this.#numbers[this.#row + countAt] = count;
  }

  /** How the client was found the first time. */
  get clientFound(): Found | null {
    return toFound(this.#clientPlace, this.#numbers, this.#row + clientFoundAt);
  }

  /** How the server was found the first time. */
  get serverFound(): Found | null {
    return toFound(this.#serverPlace, this.#numbers, this.#row + serverFoundAt);
  }
}

/** Paths of one pair that are kept; a client that calls ever new paths must not fill the memory. */
const mostPaths = 2_000;

export const intentEdges: EdgeKind<IntentEdge, IntentSeen> = {
  owner: seen => seen.client,
  key: seen => intentKey(seen.server, seen.type),
  create: seen => new IntentEdge(seen),
  merge: (edge, seen) => edge.merge(seen),
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
  return internWorkload({
    ...known,
    labels: seen.labels,
    nameResolvedUsingAnnotation: known.nameResolvedUsingAnnotation ?? seen.nameResolvedUsingAnnotation,
    podOwnerKind:
      known.nameResolvedUsingAnnotation === true ? known.podOwnerKind : (known.podOwnerKind ?? seen.podOwnerKind),
  });
}
