import { startAwsCluster } from './aws-cluster.ts';

// Runs in namespaces (in-namespaces.ts): the program of an SDK directly, and as a pod that has opted in. Writes what
// each run wrote, and what the mapper was told.

interface Input {
  readonly python: string;
  readonly command: readonly string[];
}

const { python, command } = JSON.parse(process.argv[2] ?? '') as Input;
await using cluster = await startAwsCluster(python);
const direct = await cluster.run({ command }, 'direct');
const unseen = cluster.mapper.reported.length;
await cluster.reset();
const proxied = await cluster.run({ command }, 'as a pod that has opted in');
const skipped = await cluster.skipped();
// What was seen last is reported at the end.
cluster.proxy.kill('SIGTERM');
await new Promise(resolve => cluster.proxy.once('exit', resolve));
const { reported } = cluster.mapper;
process.stdout.write(JSON.stringify({ direct, proxied, unseen, reported, skipped }));
