import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ServerResponse } from 'node:http';
import { toEndpoints, type ExternalEdge, type IncomingEdge, type IntentEdge } from '@network-mapper/model';
import { TimeSlice } from '@network-mapper/runtime';
import type { Scope } from '../auth/access-reviews.ts';
import { mayRead, visible } from '../auth/visible.ts';
import type { TrafficMap } from '../store/traffic-map.ts';
import { formatTime } from '../time.ts';
import { RequestError } from './request-error.ts';

export type GraphFrame = 'nodes' | 'edges';

/** Nodes that Grafana's panel shows, and that are given at most. */
const shownNodes = 1_500;
const mostNodes = 100_000;

/** A node in the fields of Grafana's node graph panel (grafana.com/docs, "Node graph", "Data API"). */
interface GraphNode {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly color: string;
  readonly icon: string;
  calls: number;
  callers: number;
  callees: number;
}

const slices = { stride: 64, length: 5 };

/**
 * The map for Grafana's node graph panel, as a list of nodes or of edges, of some namespaces (`?namespace=`, more than
 * once) or of all that may be read. The nodes with the most edges are given, `?limit=` of them, and the edges between
 * those: an edge whose node is missing would be an error to the panel.
 */
export async function answerNodeGraph(
  response: ServerResponse,
  url: URL,
  { map, scope, frame }: { readonly map: TrafficMap; readonly scope: Scope; readonly frame: GraphFrame },
): Promise<void> {
  const limit = readLimit(url.searchParams.get('limit'));
  const namespaces = new Set(url.searchParams.getAll('namespace').filter(name => name !== ''));
  const wanted = (): Iterable<Shown> => shownEdges(map, scope, namespaces);
  const nodes = await busiestNodes(wanted(), limit);
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  const items = frame === 'nodes' ? nodes.values().map(toNodeFields) : edgesBetween(nodes, wanted());
  await pipeline(Readable.from(toJsonList(items)), response);
}

/** Written as it is read: the edges of a large map are not held twice. */
async function* toJsonList(items: Iterable<object | undefined>): AsyncGenerator<string> {
  const slice = new TimeSlice(slices);
  let piece = '[';
  let separator = '\n';
  for (const item of items) {
    if (slice.isOver()) await slice.next();
    if (item === undefined) continue;
    piece += `${separator}${JSON.stringify(item)}`;
    separator = ',\n';
    if (piece.length < 32_768) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}\n]\n`;
}

function readLimit(text: string | null): number {
  if (text === null) return shownNodes;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > mostNodes)
    throw new RequestError(400, `limit: not a whole number from 1 to ${mostNodes}`);
  return limit;
}

/** The edges that may be seen and are asked for. */
function* shownEdges(map: TrafficMap, scope: Scope, namespaces: ReadonlySet<string>): Generator<Shown> {
  for (const store of [map.intents, map.external, map.incoming])
    for (const list of store.byOwner())
      for (const edge of list) {
        const shown = toShown(edge, scope);
        if (shown === undefined) continue;
        if (namespaces.size === 0 || shown.namespaces.some(namespace => namespaces.has(namespace))) yield shown;
      }
}

/** By id, those with the most edges first. */
async function busiestNodes(edges: Iterable<Shown>, limit: number): Promise<ReadonlyMap<string, GraphNode>> {
  const nodes = new Map<string, GraphNode>();
  const slice = new TimeSlice(slices);
  for (const { client, server, count } of edges) {
    nodeOf(nodes, client).callees++;
    const target = nodeOf(nodes, server);
    target.callers++;
    target.calls += count;
    if (slice.isOver()) await slice.next();
  }
  const sorted = [...nodes].sort(
    ([, a], [, b]) => b.callers + b.callees - a.callers - a.callees || (a.id < b.id ? -1 : 1),
  );
  return new Map(sorted.slice(0, limit));
}

/** Undefined in place of an edge that has a node which is not shown. */
function* edgesBetween(nodes: ReadonlyMap<string, GraphNode>, edges: Iterable<Shown>): Generator<object | undefined> {
  let number = 0;
  for (const { client, server, type, ports, certain, count, lastSeen } of edges) {
    if (!nodes.has(client.id) || !nodes.has(server.id)) {
      yield undefined;
      continue;
    }
    yield {
      // Pairs have an edge for each type of calls, and sides that are hidden look alike.
      id: `${client.id} -> ${server.id} ${++number}`,
      source: client.id,
      target: server.id,
      mainstat: count,
      secondarystat: type,
      thickness: Math.min(10, 1 + Math.floor(Math.log10(count + 1))),
      strokeDasharray: certain ? '' : '4 4',
      detail__type: type,
      detail__ports: ports,
      detail__last_seen: formatTime(lastSeen),
    };
  }
}

interface Side {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly icon: string;
  readonly color: string;
}

interface Shown {
  readonly client: Side;
  readonly server: Side;
  readonly namespaces: readonly string[];
  readonly type: string;
  readonly ports: string;
  readonly certain: boolean;
  readonly count: number;
  readonly lastSeen: number;
}

function toShown(edge: IntentEdge | ExternalEdge | IncomingEdge, scope: Scope): Shown | undefined {
  const { count, lastSeen } = edge;
  switch (edge.kind) {
    case 'intent': {
      const shown = visible(edge, scope);
      if (shown === undefined) return undefined;
      const { client, server, type, endpoints, certain } = shown;
      return {
        client: inside(client),
        server: inside(server),
        namespaces: [client.namespace, server.namespace],
        type: type ?? '',
        ports: portsOf(endpoints),
        certain,
        count,
        lastSeen,
      };
    }
    case 'external': {
      const { client, dnsName } = edge;
      if (!mayRead(scope, client.namespace)) return undefined;
      const of = { client: inside(client), server: outside(dnsName), namespaces: [client.namespace] };
      return { ...of, type: 'external', ports: '', certain: true, count, lastSeen };
    }
    case 'incoming': {
      const { server, endpoints } = edge;
      if (!mayRead(scope, server.namespace)) return undefined;
      // Callers from outside are one: a panel of their addresses shows nothing else.
      const of = { client: outside('internet'), server: inside(server), namespaces: [server.namespace] };
      return { ...of, type: 'incoming', ports: portsOf(endpoints), certain: true, count, lastSeen };
    }
  }
}

function portsOf(endpoints: IntentEdge['endpoints']): string {
  return toEndpoints(endpoints)
    .map(({ port }) => port)
    .join(' ');
}

function inside({ key, name, namespace }: IntentEdge['client']): Side {
  return { id: key, title: name, subtitle: namespace, icon: 'cube', color: 'blue' };
}

function outside(name: string): Side {
  return { id: `outside/${name}`, title: name, subtitle: '', icon: 'cloud', color: 'gray' };
}

function nodeOf(nodes: Map<string, GraphNode>, side: Side): GraphNode {
  let node = nodes.get(side.id);
  if (node === undefined) {
    node = { ...side, calls: 0, callers: 0, callees: 0 };
    nodes.set(side.id, node);
  }
  return node;
}

function toNodeFields({ calls, callers, callees, ...node }: GraphNode): object {
  return {
    ...node,
    mainstat: calls,
    secondarystat: callers,
    detail__calls: calls,
    detail__callers: callers,
    detail__callees: callees,
  };
}
