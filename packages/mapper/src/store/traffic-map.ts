import { Agents } from './agents.ts';
import { createCloudOperations, type CloudOperations } from './cloud-operations.ts';
import { DnsCache } from './dns-cache.ts';
import { Intents } from './intents.ts';
import {
  createExternalTraffic,
  createIncomingTraffic,
  type ExternalTraffic,
  type IncomingTraffic,
} from './outside-edges.ts';
import { createTrafficLevels, type TrafficLevels } from './traffic-levels.ts';
import { Unmapped } from './unmapped.ts';

/** All that the mapper knows of the traffic. */
export interface TrafficMap {
  readonly intents: Intents;
  readonly external: ExternalTraffic;
  readonly incoming: IncomingTraffic;
  readonly cloudOperations: CloudOperations;
  readonly trafficLevels: TrafficLevels;
  readonly unmapped: Unmapped;
  readonly agents: Agents;
  readonly dnsCache: DnsCache;
}

export function createTrafficMap(options: {
  readonly dnsCacheCapacity: number;
  readonly now: () => number;
}): TrafficMap {
  return {
    intents: new Intents(),
    external: createExternalTraffic(),
    incoming: createIncomingTraffic(),
    cloudOperations: createCloudOperations(),
    trafficLevels: createTrafficLevels(),
    unmapped: new Unmapped(),
    agents: new Agents(),
    dnsCache: new DnsCache(options.dnsCacheCapacity, options.now),
  };
}
