import type { CloudEdge, ExternalEdge, IncomingEdge, TrafficLevelEdge } from '@network-mapper/model';
import { Agents } from './agents.ts';
import { ChangeLog } from './change-log.ts';
import { cloudEdges, type CloudSighting } from './cloud.ts';
import { MapBudget } from './details.ts';
import { DnsCache } from './dns-cache.ts';
import { EdgeStore } from './edge-store.ts';
import { Intents } from './intents.ts';
import { externalEdges, incomingEdges, type ExternalSighting, type IncomingSighting } from './outside.ts';
import { trafficLevelEdges, type TrafficLevelSighting } from './traffic-levels.ts';
import { Unmapped } from './unmapped.ts';

/** All that the mapper knows of the traffic. */
export interface TrafficMap {
  readonly intents: Intents;
  readonly external: EdgeStore<ExternalEdge, ExternalSighting>;
  readonly incoming: EdgeStore<IncomingEdge, IncomingSighting>;
  readonly cloud: EdgeStore<CloudEdge, CloudSighting>;
  readonly trafficLevels: EdgeStore<TrafficLevelEdge, TrafficLevelSighting>;
  /** Changes of edges of all kinds, in one order. */
  readonly log: ChangeLog;
  readonly budget: MapBudget;
  readonly unmapped: Unmapped;
  readonly agents: Agents;
  readonly dnsCache: DnsCache;
  /** Namespaces that edges are or were of. */
  readonly namespaces: Set<string>;
  /** Makes room where the map is full. */
  readonly makeRoom: () => void;
  /** Removes edges that were last seen before a moment (milliseconds since the epoch). */
  readonly expire: (before: number) => void;
}

export interface TrafficMapOptions {
  readonly dnsCacheCapacity: number;
  /** Estimated bytes of all edges; the addresses that DNS gave may take a quarter of it beside them. */
  readonly mostBytes: number;
  readonly now: () => number;
}

/** Of a full map this part of the edges leaves at a time. */
const evictedPart = 0.02;

export function createTrafficMap({ dnsCacheCapacity, mostBytes, now }: TrafficMapOptions): TrafficMap {
  const log = new ChangeLog();
  const budget = new MapBudget(mostBytes);
  const parts = { log, budget };
  const intents = new Intents(parts);
  const external = new EdgeStore(externalEdges, parts);
  const incoming = new EdgeStore(incomingEdges, parts);
  const cloud = new EdgeStore(cloudEdges, parts);
  const trafficLevels = new EdgeStore(trafficLevelEdges, parts);
  const stores = [intents, external, incoming, cloud, trafficLevels];
  return {
    intents,
    external,
    incoming,
    cloud,
    trafficLevels,
    log,
    budget,
    namespaces: new Set(),
    unmapped: new Unmapped(),
    agents: new Agents(),
    dnsCache: new DnsCache({ capacity: dnsCacheCapacity, mostBytes: mostBytes / 4, now }),
    expire: before => stores.forEach(store => store.expire(before)),
    makeRoom: () => {
      while (budget.isFull && stores.some(({ size }) => size > 0)) evict(stores);
    },
  };
}

/** The store as far as making room goes. */
type Evictable = Pick<EdgeStore<never, never>, 'size' | 'owners' | 'evictFrom'>;

/**
 * The kind with the most edges gives some up, of it the owners with the most, of them the oldest: whoever floods the
 * map pushes out what it floods it with. Among owners with as many, those that came first.
 */
function evict(stores: readonly Evictable[]): void {
  const [store] = stores.toSorted((a, b) => b.size - a.size);
  if (store === undefined) return;
  let left = Math.ceil(store.size * evictedPart);
  for (const { owner, edges } of [...store.owners()].sort((a, b) => b.edges - a.edges)) {
    if (left <= 0) return;
    const count = Math.min(left, Math.ceil(edges / 2));
    store.evictFrom(owner, count);
    left -= count;
  }
}
