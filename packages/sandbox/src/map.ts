import { MapperClient, operations } from '@network-mapper/api';
import type { Plan } from './plan.ts';

/** Who calls whom, each pair as `client -> server`. */
export type CallGraph = ReadonlySet<string>;

/** What a complete map of a plan shows. */
export function graphOf({ workloads }: Plan): CallGraph {
  return new Set(workloads.flatMap(({ name, calls }) => calls.map(({ to }) => `${name} -> ${to}`)));
}

/** What a mapper knows of a namespace so far; nothing while it cannot be asked. */
export async function readMap({
  mapperUrl,
  namespace,
}: {
  readonly mapperUrl: string;
  readonly namespace: string;
}): Promise<CallGraph> {
  const client = new MapperClient({ url: mapperUrl, timeout: 5000 });
  const answer = await client.ask({
    ...operations.serviceIntentsUpToMapperV017,
    variables: { namespaces: [namespace] },
  });
  if (answer.kind !== 'answered') return new Set();
  const pairs = answer.data.serviceIntents.flatMap(({ client: { name }, intents }) =>
    intents.map(server => `${name} -> ${server.name}`),
  );
  return new Set(pairs);
}
