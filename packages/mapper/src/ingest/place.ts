import type { Evidence, HttpDetail, ServiceIdentity, Sighting, SkipReason } from '@network-mapper/model';
import type { ResolveContext } from '../resolve/context.ts';
import type { Sender } from '../auth/access.ts';
import { resolvedBy } from '../resolve/original-names.ts';
import { resolve } from '../resolve/resolve.ts';
import {
  skipped,
  type CloudResolution,
  type ExternalResolution,
  type IncomingResolution,
  type IntentResolution,
  type Resolution,
  type TrafficLevelResolution,
  type Unresolved,
} from '../resolve/resolution.ts';
import type { IntentSighting } from '../store/intents.ts';
import type { TrafficMap } from '../store/traffic-map.ts';
import type { WatchedNodes } from './watched-nodes.ts';
import { toKafkaOperation } from './kafka-operation.ts';

/** What the mapper is configured to leave out. */
export interface PlaceRules {
  readonly excludedNamespaces: ReadonlySet<string>;
  readonly evidenceOff: ReadonlySet<Evidence>;
  /** Whether calls to names outside, and from addresses outside, are wanted. */
  readonly captureOutside: boolean;
  /** Whether traffic among the parts of the network mapper is shown. */
  readonly showOwnTraffic: boolean;
}

export interface PlaceParts {
  readonly context: ResolveContext;
  readonly map: TrafficMap;
  readonly rules: PlaceRules;
  /** Nodes on which an agent is that reports of its node. */
  readonly watchedNodes: WatchedNodes;
}

/**
 * Resolves a sighting and puts it on the map; undefined when that is done. It may be tried again; the last try, when it
 * has waited for its pods, has no later.
 */
export type Place = (
  sighting: Sighting,
  options: { readonly sender: Sender; readonly isLastTry: boolean },
) => Unresolved | undefined;

/** Cloud agents name clients themselves: more namespaces than a cluster has are made up. */
const mostNamespaces = 20_000;
/** How long an answer of DNS is believed that came without its lifetime, and at the most, in seconds. */
const defaultTtl = 120;
const longestTtl = 86_400;

/**
 * The only caller of resolution and of the stores: what a report says goes through here, whatever kind of evidence it
 * is.
 */
export function createPlace(parts: PlaceParts): Place {
  const { context, map, rules } = parts;
  const lastContext = { ...context, isLastTry: true };
  return (sighting, { sender, isLastTry }) => {
    if (rules.evidenceOff.has(sighting.evidence)) return skipped('evidence-off');
    const resolution = resolve(sighting, isLastTry ? lastContext : context);
    const reason = foreignReason(resolution, sender, parts) ?? unwanted(resolution, sighting, rules);
    if (resolution.kind === 'external' && reason !== 'other-node') rememberAddress(map, sighting, resolution);
    if (reason !== undefined)
      return skipped(
        reason,
        namespacesOf(resolution).find(name => name !== undefined),
      );
    return add(map, resolution, sighting);
  };
}

/**
 * A sender that is bound to a node speaks for connections with a side on it, for lookups of its pods, and for nodes
 * that have no agent: what it sees of others, their agents see too.
 */
function foreignReason(
  resolution: Resolution,
  { node }: Sender,
  { context: { lookups }, watchedNodes }: PlaceParts,
): SkipReason | undefined {
  if (node === undefined) return undefined;
  watchedNodes.add(node);
  const sides = nodesOf(resolution);
  // Most calls have a side here: the back ends of a Service, which may be many, are looked through only for the others.
  if (sides.includes(node)) return undefined;
  const nodes = [...sides, ...nodesBehind(resolution, lookups)];
  return !nodes.includes(node) && nodes.some(each => watchedNodes.has(each)) ? 'other-node' : undefined;
}

/** Nodes of the sides of which a sender must be at one: of a lookup the client alone. */
function nodesOf(resolution: Resolution): readonly string[] {
  switch (resolution.kind) {
    case 'external':
      return onlyKnown([resolution.client.pod?.nodeName]);
    case 'incoming':
      return onlyKnown([resolution.server.pod?.nodeName]);
    case 'intent': {
      const { client, server, resolvedBy: by } = resolution;
      return onlyKnown([client.pod?.nodeName, by === resolvedBy.dns ? undefined : server.pod?.nodeName]);
    }
    default:
      return [];
  }
}

/** Nodes of the pods behind the Service that was called. */
function nodesBehind(resolution: Resolution, lookups: ResolveContext['lookups']): readonly string[] {
  if (resolution.kind !== 'intent' || resolution.resolvedBy === resolvedBy.dns) return [];
  const { service } = resolution.server;
  return service === undefined ? [] : onlyKnown(lookups.backendsOf(service).pods.map(({ nodeName }) => nodeName));
}

function onlyKnown(nodes: readonly (string | undefined)[]): readonly string[] {
  return nodes.filter(node => node !== undefined);
}

function add(map: TrafficMap, resolution: Resolution, sighting: Sighting): Unresolved | undefined {
  switch (resolution.kind) {
    case 'intent':
      map.intents.add(toIntent(resolution, sighting));
      map.namespaces.add(resolution.client.workload.namespace).add(resolution.server.workload.namespace);
      return undefined;
    case 'external':
      addExternal(map, resolution, sighting);
      return undefined;
    case 'incoming':
      addIncoming(map, resolution, sighting);
      return undefined;
    case 'cloud':
      addCloud(map, resolution, sighting);
      return undefined;
    case 'traffic-level':
      addLevel(map, resolution, sighting);
      return undefined;
    default:
      return resolution;
  }
}

/** Why something that was resolved is left out all the same. */
function unwanted(resolution: Resolution, { detail }: Sighting, rules: PlaceRules): SkipReason | undefined {
  switch (resolution.kind) {
    case 'skipped':
    case 'later':
    case 'reading':
      return undefined;
    case 'external':
    case 'incoming':
      if (!rules.captureOutside) return 'external-off';
      break;
    case 'intent':
      if (!rules.showOwnTraffic && isOwnTraffic(resolution)) return 'own-traffic';
      break;
    case 'cloud':
    case 'traffic-level':
  }
  if (rules.excludedNamespaces.size > 0)
    for (const namespace of namespacesOf(resolution))
      if (namespace !== undefined && rules.excludedNamespaces.has(namespace)) return 'excluded-namespace';
  if (detail.kind === 'connection' && detail.accepted === false) return 'not-accepted';
  return detail.kind === 'kafka' && toKafkaOperation(detail.operation) === undefined ? 'unknown-operation' : undefined;
}

function namespacesOf(resolution: Resolution): readonly (string | undefined)[] {
  switch (resolution.kind) {
    case 'intent':
      return [resolution.client.workload.namespace, resolution.server.workload.namespace];
    case 'external':
      return [resolution.client.workload.namespace];
    case 'incoming':
      return [resolution.server.workload.namespace];
    case 'cloud':
      return [resolution.client.namespace];
    case 'traffic-level':
      return [resolution.client.namespace, resolution.server.namespace];
    default:
      return [];
  }
}

/** Names of our own workloads, which are those of the original. */
const ownWorkloads: ReadonlySet<string> = new Set([
  'otterize-network-mapper',
  'otterize-network-sniffer',
  'otterize-kafka-watcher',
  'otterize-istio-watcher',
  'otterize-iam-live-proxy',
  'otterize-aws-visibility',
]);

function isOwnTraffic({ client, server }: IntentResolution): boolean {
  return client.workload.namespace === server.workload.namespace && isOwn(client.workload) && isOwn(server.workload);
}

function isOwn({ name }: ServiceIdentity): boolean {
  return ownWorkloads.has(name);
}

const unknown = (): null => null;

function toIntent(
  { client, server, resolvedBy, endpoint }: IntentResolution,
  { evidence, at, firstAt, count, detail }: Sighting,
): IntentSighting {
  // Sources that name the two sides themselves say nothing about how they know.
  const isFromNode = detail.kind === 'dns' || detail.kind === 'connection';
  const seen: IntentSighting = {
    client: client.workload,
    clientProvenance: isFromNode ? client.provenance : unknown,
    server: server.workload,
    serverProvenance: isFromNode ? server.provenance : unknown,
    type: null,
    resolvedBy,
    evidence,
    at,
    firstAt,
    count,
    endpoint,
    protocol: null,
    sourcePorts: undefined,
    candidates: server.candidates,
  };
  switch (detail.kind) {
    case 'connection':
      // A mesh counts no ports of clients.
      return {
        ...seen,
        protocol: detail.protocol ?? null,
        sourcePorts: evidence === 'ISTIO' ? undefined : detail.sourcePorts,
      };
    case 'kafka':
      return {
        ...seen,
        type: 'KAFKA',
        protocol: 'TCP',
        topic: {
          name: detail.topic,
          operation: toKafkaOperation(detail.operation) ?? detail.operation,
          denied: detail.denied === true,
          group: detail.group,
        },
      };
    case 'http':
      return { ...seen, type: 'HTTP', protocol: 'TCP', resource: toResource(detail) };
    default:
      return seen;
  }
}

function toResource({ path, methods, grpc, responseCodes = [] }: HttpDetail): NonNullable<IntentSighting['resource']> {
  return { path, methods, responses: [...(grpc === true ? ['grpc'] : []), ...responseCodes.map(String)] };
}

function rememberAddress(map: TrafficMap, { server, detail }: Sighting, { dnsName }: ExternalResolution): void {
  if (server.kind !== 'name' || server.ip === undefined || detail.kind !== 'dns') return;
  map.dnsCache.add({ name: dnsName, address: server.ip, ttl: Math.min(detail.ttl ?? defaultTtl, longestTtl) });
}

function addExternal(map: TrafficMap, { client, dnsName }: ExternalResolution, sighting: Sighting): void {
  map.namespaces.add(client.workload.namespace);
  const { server, at, firstAt, count } = sighting;
  const address = server.kind === 'name' ? server.ip : undefined;
  map.external.add({ client: client.workload, dnsName, address, at, firstAt, count });
}

function addIncoming(map: TrafficMap, { server, endpoint }: IncomingResolution, sighting: Sighting): void {
  const { client, at, firstAt, count, detail } = sighting;
  map.namespaces.add(server.workload.namespace);
  map.incoming.add({
    server: server.workload,
    serverProvenance: server.provenance,
    address: client.kind === 'address' ? client.ip : '',
    endpoint,
    sourcePorts: detail.kind === 'connection' ? detail.sourcePorts : [],
    at,
    firstAt,
    count,
  });
}

function addCloud(map: TrafficMap, { client, provider }: CloudResolution, { server, detail, at }: Sighting): void {
  if (server.kind !== 'resource' || detail.kind !== 'cloud') return;
  if (map.namespaces.size < mostNamespaces) map.namespaces.add(client.namespace);
  const { actions, dataActions, iamRole, podIdentity = false } = detail;
  // Calls to AWS without a role are the same calls as those of the role without a name.
  const role = provider === 'AWS' ? (iamRole ?? '') : null;
  map.cloud.add({ client, provider, resource: server.name, actions, dataActions, iamRole: role, podIdentity, at });
}

function addLevel(map: TrafficMap, { client, server }: TrafficLevelResolution, { detail, at }: Sighting): void {
  if (detail.kind === 'level') map.trafficLevels.add({ client, server, bytes: detail.bytes, flows: detail.flows, at });
}
