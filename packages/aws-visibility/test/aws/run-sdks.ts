import { startAwsCluster } from './aws-cluster.ts';
import type { SeenRequest } from './world.ts';

// Runs in namespaces (in-namespaces.ts): the program of an SDK directly, and as a pod that has opted in. Writes what
// each run wrote, and what was reported to the mapper.

interface Input {
  readonly python: string;
  readonly command: readonly string[];
}

/** By which of the protocols that are easily got wrong AWS was asked. */
function protocolsOf({ version, headers }: SeenRequest): readonly string[] {
  const valueOf = (name: string): string => headers.find(([each]) => each.toLowerCase() === name)?.[1] ?? '';
  return [
    `HTTP/${version}`,
    ...(valueOf('content-encoding').includes('aws-chunked') && valueOf('x-amz-trailer') !== '' ? ['trailer'] : []),
    ...(valueOf('smithy-protocol') === '' ? [] : [valueOf('smithy-protocol')]),
    ...(valueOf('expect') === '' ? [] : [valueOf('expect')]),
  ];
}

const { python, command } = JSON.parse(process.argv[2] ?? '') as Input;
await using cluster = await startAwsCluster(python);
const direct = await cluster.run({ command }, 'direct');
const unseen = cluster.mapper.reported.length;
await cluster.reset();
const proxied = await cluster.run({ command }, 'as a pod that has opted in');
const skipped = await cluster.skipped();
const protocols = [...new Set(cluster.asked.flatMap(protocolsOf))].sort();
// What was seen last is reported at the end.
cluster.proxy.kill('SIGTERM');
await new Promise(resolve => cluster.proxy.once('exit', resolve));
const { reported } = cluster.mapper;
process.stdout.write(JSON.stringify({ direct, proxied, unseen, reported, skipped, protocols }));
