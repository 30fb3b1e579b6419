import { operations, type MapperClient } from '@network-mapper/api';
import { allPages } from './page.ts';
import type { MapFilter } from './map-filter.ts';
import { dataOf, queryCalls } from './map-query.ts';
import { placeOf, type MapCall, type MapWorkload, type NetworkMap, type WorkloadName } from './network-map.ts';

/** Questions about workloads that are on the way at once: the mapper asks the Kubernetes API for each. */
const questionsAtOnce = 8;

/** The map with all that a snapshot has: what selects the workloads of its calls, and the calls across the border. */
export async function queryNetworkMap(client: MapperClient, filter: MapFilter): Promise<NetworkMap> {
  const calls = await queryCalls(client, filter);
  const incoming = await allPages(
    async at => dataOf(await client.ask({ ...operations.incomingTraffic, variables: at })).incomingTraffic,
  );
  const external = await allPages(
    async at => dataOf(await client.ask({ ...operations.externalTraffic, variables: at })).externalTraffic,
  );
  return { calls, workloads: await queryWorkloads(client, calls), incoming, external };
}

async function queryWorkloads(client: MapperClient, calls: readonly MapCall[]): Promise<readonly MapWorkload[]> {
  const named = new Map(calls.flatMap(call => [call.client, call.server]).map(service => [placeOf(service), service]));
  const waiting = [...named.values()];
  const found: MapWorkload[] = [];
  while (waiting.length > 0) {
    const batch = waiting.splice(0, questionsAtOnce);
    found.push(...(await Promise.all(batch.map(workload => queryWorkload(client, workload)))));
  }
  return found;
}

async function queryWorkload(client: MapperClient, { name, namespace }: WorkloadName): Promise<MapWorkload> {
  const answer = await client.ask({ ...operations.workload, variables: { name, namespace } });
  const { kind, ...details } = dataOf(answer).workload;
  return { name, namespace, kind: kind?.kind ?? null, ...details };
}
