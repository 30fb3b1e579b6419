import { operations, type MapperClient } from '@network-mapper/api';
import { dataOf, queryCalls, type MapFilter } from './map-query.ts';
import { placeOf, type MapCall, type MapWorkload, type NetworkMap, type WorkloadName } from './network-map.ts';

/** Questions about workloads that are on the way at once: the mapper asks the Kubernetes API for each. */
const questionsAtOnce = 8;
const pageLength = 1000;

/** The map with all that a snapshot has: what selects the workloads of its calls, and the calls across the border. */
export async function queryNetworkMap(client: MapperClient, filter: MapFilter): Promise<NetworkMap> {
  const calls = await queryCalls(client, filter);
  const incoming = await allPages(async after => {
    const variables = { first: pageLength, after };
    return dataOf(await client.ask({ ...operations.incomingTraffic, variables })).incomingTraffic;
  });
  const external = await allPages(async after => {
    const variables = { first: pageLength, after };
    return dataOf(await client.ask({ ...operations.externalTraffic, variables })).externalTraffic;
  });
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
  return { name, namespace, ...dataOf(answer).workload };
}

interface Page<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

async function allPages<T>(ask: (after: string | null) => Promise<Page<T>>): Promise<readonly T[]> {
  const all: T[] = [];
  let after: string | null = null;
  for (;;) {
    const page: Page<T> = await ask(after);
    all.push(...page.nodes);
    if (!page.pageInfo.hasNextPage || page.pageInfo.endCursor === null) return all;
    after = page.pageInfo.endCursor;
  }
}
