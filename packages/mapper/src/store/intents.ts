import {
  evidenceBit,
  identityKey,
  protocolBits,
  toEndpoints,
  withEndpoint,
  type Endpoint,
  type Evidence,
  type IntentEdge,
  type IntentType,
  type Protocol,
  type Provenance,
  type Workload,
} from '@network-mapper/model';
import type { MapBudget } from './details.ts';
import type { SeenConnections } from './connection-intervals.ts';
import { EdgeStore, type EdgeKind, type EdgeStoreParts, type Mutable } from './edge-store.ts';
import { addCounts } from './edge-times.ts';

/** A call between two workloads, as a source saw it. */
export interface IntentSighting {
  readonly client: Workload;
  /** How the sides were resolved: asked for once, by a new edge. */
  readonly clientProvenance: () => Provenance | null;
  readonly server: Workload;
  readonly serverProvenance: () => Provenance | null;
  readonly type: IntentType | null;
  readonly resolvedBy: string;
  readonly evidence: Evidence;
  readonly at: number;
  readonly firstAt: number;
  readonly count: number;
  readonly endpoint: Endpoint | undefined;
  readonly protocol: Protocol | null;
  /** Ports of the client; undefined when this kind of evidence never has them. */
  readonly sourcePorts: readonly number[] | undefined;
  readonly topic?: {
    readonly name: string;
    readonly operation: string;
    readonly denied: boolean;
    /** The topic is assigned to the client as a member of this group: nobody saw the operation. */
    readonly group?: string | undefined;
  };
  readonly resource?: {
    readonly path: string;
    readonly methods: readonly string[];
    /** Response codes, and `grpc`. */
    readonly responses?: readonly string[];
  };
  /** Keys of the workloads that the server may be instead; empty when it is certain. */
  readonly candidates: readonly string[];
}

/** Paths of one pair; a client that calls ever new paths must not fill the memory. */
const mostPaths = 2_000;
/** More topics than one client of a broker uses. */
const mostTopics = 2_000;
const mostOperations = 32;
/** One pod is a member of few groups, and a Deployment's pods are of the same. */
const mostGroups = 64;
const mostMethods = 16;
const mostResponses = 32;

const intentEdges: EdgeKind<IntentEdge, IntentSighting> = {
  owner: ({ client }) => client,
  key: ({ server, type }) => intentKey(server, type),
  create: (seen, budget) => {
    const edge: Mutable<IntentEdge> = {
      kind: 'intent',
      client: seen.client,
      server: seen.server,
      clientProvenance: seen.clientProvenance(),
      serverProvenance: seen.serverProvenance(),
      type: seen.type,
      resolvedBy: seen.resolvedBy,
      evidence: evidenceBit(seen.evidence),
      protocols: toBit(seen.protocol),
      endpoints: seen.endpoint && withEndpoint(undefined, seen.endpoint),
      certain: seen.candidates.length === 0,
      topics: undefined,
      deniedTopics: undefined,
      topicGroups: undefined,
      resources: undefined,
      responses: undefined,
      firstSeen: seen.firstAt,
      lastSeen: seen.at,
      count: seen.count,
      revision: 0,
      gone: false,
    };
    addDetails(edge, seen, budget);
    return edge;
  },
  merge: (edge, seen, budget) => {
    if (seen.client !== edge.client) edge.client = newest(edge.client, seen.client);
    if (seen.server !== edge.server) edge.server = newest(edge.server, seen.server);
    edge.evidence |= evidenceBit(seen.evidence);
    edge.protocols |= toBit(seen.protocol);
    if (seen.endpoint !== undefined) edge.endpoints = budget.addEndpoint(edge.endpoints, seen.endpoint);
    edge.certain ||= seen.candidates.length === 0;
    edge.clientProvenance ??= seen.clientProvenance();
    if (edge.serverProvenance === null) edge.serverProvenance = seen.serverProvenance();
    else if (
      edge.serverProvenance.tcpDestResolveFixData !== null &&
      seen.serverProvenance()?.tcpDestResolveFixData === null
    )
      // That a server was found only by its second address stays said only while every sighting needed it.
      edge.serverProvenance = { ...edge.serverProvenance, tcpDestResolveFixData: null };
    addCounts(edge, seen);
    addDetails(edge, seen, budget);
  },
};

/** Edges of one client are ordered by server, then by type with "none" first. */
export function intentKey(server: { readonly key: string }, type: IntentType | null): string {
  return type === null ? server.key : `${server.key}\0${type}`;
}

/** DNS answers are counted, of connections and sockets the client's ports; Kafka and Istio count none. */
export function connectionsOf({ evidence, sourcePorts }: IntentSighting): SeenConnections {
  if (evidence === 'DNS') return { method: 'answers' };
  return sourcePorts === undefined ? undefined : { method: 'ports', ports: sourcePorts };
}

/** A server that stands for a Service with pods of several workloads, until a connection shows which were reached. */
interface Guess {
  readonly edge: IntentEdge;
  readonly candidates: readonly string[];
}

/**
 * The calls between workloads. A guess (see `IntentSighting.candidates`) is on the map only as long as no connection of
 * that client to one of the candidates is known: then those stand, and the guess is retracted where nothing else
 * supports it. What was seen of it counts for the server that stands.
 */
export class Intents extends EdgeStore<IntentEdge, IntentSighting> {
  /** Guesses by the client's key, then the server's. */
  readonly #guesses = new Map<string, Map<string, Guess>>();

  constructor(parts: EdgeStoreParts) {
    super(intentEdges, parts);
  }

  override add(seen: IntentSighting): IntentEdge {
    if (seen.type !== null) return super.add(seen);
    if (seen.candidates.length > 0) {
      const better = this.#certainOf(seen);
      if (better !== undefined) return super.add({ ...seen, server: better.server, candidates: [] });
      const edge = super.add(seen);
      this.#guessesOf(seen.client.key).set(seen.server.key, { edge, candidates: seen.candidates });
      return edge;
    }
    const edge = super.add(seen);
    this.#retractGuesses(edge);
    return edge;
  }

  override remove(edge: IntentEdge): void {
    super.remove(edge);
    const guesses = this.#guesses.get(edge.client.key);
    guesses?.delete(edge.server.key);
    if (guesses?.size === 0) this.#guesses.delete(edge.client.key);
  }

  #certainOf({ client, candidates }: IntentSighting): IntentEdge | undefined {
    return candidates.map(key => this.get(client, key)).find(edge => edge?.certain === true);
  }

  #retractGuesses(edge: IntentEdge): void {
    if (this.#guesses.size === 0) return;
    const guesses = this.#guesses.get(edge.client.key);
    if (guesses === undefined) return;
    for (const [key, { edge: guessed, candidates }] of guesses) {
      if (!candidates.includes(edge.server.key)) continue;
      guesses.delete(key);
      if (guessed.certain) continue;
      this.remove(guessed);
      this.update(edge, known => takeOver(known, guessed));
    }
    if (guesses.size === 0) this.#guesses.delete(edge.client.key);
  }

  #guessesOf(clientKey: string): Map<string, Guess> {
    let guesses = this.#guesses.get(clientKey);
    if (guesses === undefined) {
      guesses = new Map();
      this.#guesses.set(clientKey, guesses);
    }
    return guesses;
  }
}

/** What was seen of a guess was seen of the server that really was called. */
function takeOver(edge: Mutable<IntentEdge>, guessed: IntentEdge): void {
  edge.evidence |= guessed.evidence;
  edge.protocols |= guessed.protocols;
  for (const endpoint of toEndpoints(guessed.endpoints)) edge.endpoints = withEndpoint(edge.endpoints, endpoint);
  addCounts(edge, { firstAt: guessed.firstSeen, at: guessed.lastSeen, count: guessed.count });
}

function toBit(protocol: Protocol | null): number {
  return protocol === null ? 0 : protocolBits[protocol];
}

function addDetails(edge: Mutable<IntentEdge>, { topic, resource }: IntentSighting, budget: MapBudget): void {
  if (topic?.group !== undefined) {
    const groups = budget.setIn((edge.topicGroups ??= budget.newMap()), topic.name, {
      kind: 'topic',
      most: mostTopics,
    });
    if (groups !== undefined) budget.addTo(groups, topic.group, { kind: 'group', most: mostGroups });
  } else if (topic !== undefined) {
    const topics = topic.denied ? (edge.deniedTopics ??= budget.newMap()) : (edge.topics ??= budget.newMap());
    const operations = budget.setIn(topics, topic.name, { kind: 'topic', most: mostTopics });
    if (operations !== undefined)
      budget.addTo(operations, topic.operation, { kind: 'operation', most: mostOperations });
  }
  if (resource !== undefined) {
    edge.resources ??= budget.newMap();
    const methods = budget.setIn(edge.resources, resource.path, { kind: 'path', most: mostPaths });
    if (methods === undefined) return;
    for (const method of resource.methods) budget.addTo(methods, method, { kind: 'method', most: mostMethods });
    if (resource.responses === undefined || resource.responses.length === 0) return;
    edge.responses ??= budget.newMap();
    const responses = budget.setIn(edge.responses, resource.path, { kind: 'path', most: mostPaths });
    if (responses === undefined) return;
    for (const response of resource.responses)
      budget.addTo(responses, response, { kind: 'response', most: mostResponses });
  }
}

/** The labels are those of the newest report; all else stays as it was first, and what was not known yet is added. */
function newest(known: Workload, seen: Workload): Workload {
  const service = known.kubernetesService ?? seen.kubernetesService;
  const usingAnnotation = known.nameResolvedUsingAnnotation ?? seen.nameResolvedUsingAnnotation;
  const owner =
    known.nameResolvedUsingAnnotation === true ? known.podOwnerKind : (known.podOwnerKind ?? seen.podOwnerKind);
  if (
    service === seen.kubernetesService &&
    usingAnnotation === seen.nameResolvedUsingAnnotation &&
    owner === seen.podOwnerKind
  )
    return seen;
  return {
    ...known,
    key: identityKey(known),
    labels: seen.labels,
    nameResolvedUsingAnnotation: usingAnnotation,
    podOwnerKind: owner,
    kubernetesService: service,
  };
}
