import { operations, type MapperClient } from '@network-mapper/api';
import { KubeError, type KubeConnection } from '@network-mapper/kube';
import { dataOf } from '../map-query.ts';
import { placeOf, type MapCall, type WorkloadName } from '../network-map.ts';
import { blockingPolicies } from './blocking-policies.ts';
import { readPods, readPolicies, type PodFacts } from './pod-facts.ts';

interface Parts {
  readonly client: MapperClient;
  readonly cluster: KubeConnection;
}

/** Which of the cluster's NetworkPolicies would block a call now, in sentences; or why that is not known. */
export async function policyVerdict(call: MapCall, parts: Parts): Promise<readonly string[]> {
  try {
    return await verdict(call, parts);
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    return [`whether a NetworkPolicy would block it is not known: ${error.message}`];
  }
}

async function verdict(call: MapCall, parts: Parts): Promise<readonly string[]> {
  const [clients, servers] = await Promise.all([podsOf(call.client, parts), podsOf(call.server, parts)]);
  for (const pods of [clients, servers]) if (typeof pods === 'string') return [pods];
  if (typeof clients === 'string' || typeof servers === 'string') return [];
  const namespaces = [...new Set([call.client.namespace, call.server.namespace])];
  const policies = (await Promise.all(namespaces.map(each => readPolicies(parts.cluster, each)))).flat();
  const ports = call.endpoints.flatMap(({ targetPort, protocol }) =>
    targetPort === null ? [] : [{ port: targetPort, protocol: protocol ?? 'TCP' }],
  );
  if (ports.length === 0) return ['no port of the server is known: no NetworkPolicy can be asked'];
  const blocked = new Set<string>();
  for (const { port, protocol } of ports)
    for (const client of clients)
      for (const server of servers)
        for (const { namespace, name, direction } of blockingPolicies({ client, server, port, protocol }, policies))
          blocked.add(`NetworkPolicy ${namespace}/${name} would block ${protocol} ${port} (${direction})`);
  if (blocked.size > 0) return [...blocked].toSorted();
  const seen =
    policies.length === 1
      ? 'the one NetworkPolicy of both namespaces does not block it'
      : `none of the ${policies.length} NetworkPolicies of both namespaces blocks it`;
  return [policies.length === 0 ? 'no NetworkPolicy is there to block it' : seen];
}

/** The pods of a workload, or why there are none. */
async function podsOf(workload: WorkloadName, { client, cluster }: Parts): Promise<readonly PodFacts[] | string> {
  const { name, namespace } = workload;
  const { matchLabels, problem } = dataOf(
    await client.ask({ ...operations.workload, variables: { name, namespace } }),
  ).workload;
  if (matchLabels === null) return `the pods of ${placeOf(workload)} cannot be selected (${problem ?? 'no selector'})`;
  const pods = await readPods(cluster, { namespace, labels: matchLabels });
  return pods.length > 0 ? pods : `no pod of ${placeOf(workload)} runs now`;
}
