import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAwsCluster } from './aws-cluster.ts';

// Runs in namespaces (in-namespaces.ts): a thousand requests of a client that tries ten times, some of one that tries
// once, and in their midst the end of the proxy; then the end of the DNS server. Writes what became of each request.

export interface KillInput {
  readonly python: string;
}

export interface SentRequest {
  /** Milliseconds since the epoch. */
  readonly begun: number;
  readonly ended: number;
  readonly problem?: string;
}

export interface KillOutput {
  /** When the proxy was killed, in milliseconds since the epoch. */
  readonly killed: number;
  /** Operations that were reported before. */
  readonly reported: number;
  readonly once: readonly SentRequest[];
  readonly patient: readonly SentRequest[];
  /** Sent when the DNS server was killed as well. */
  readonly withoutDns: readonly SentRequest[];
}

/** Milliseconds after which the kubelet sees that a container has ended (its list of containers is a second old). */
const kubelet = 1_000;

const { python } = JSON.parse(process.argv[2] ?? '') as KillInput;
await using cluster = await startAwsCluster(python);
const send = async (attempts: number, ...args: readonly number[]): Promise<readonly SentRequest[]> => {
  const command = [process.execPath, join(import.meta.dirname, 'load.mjs'), ...args.map(String)];
  const env = { AWS_MAX_ATTEMPTS: String(attempts) };
  const written = await cluster.run({ command, env }, 'as a pod that has opted in');
  return written
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as SentRequest);
};
// An SDK tries again some fifty times within seconds, all calls together, whatever each may: so there are few at once.
const sent = Promise.all([send(1, 400, 4, 150), send(10, 1_000, 3, 0)]);
while (!cluster.mapper.reported.some(({ actions }) => actions.includes('sqs:SendMessage'))) await sleep(20);
const reported = cluster.mapper.reported.length;
const exited = once(cluster.proxy, 'exit');
cluster.proxy.kill('SIGKILL');
await exited;
const killed = Date.now();
await sleep(kubelet);
cluster.proxyIs(false);
const [tried, patient] = await sent;
cluster.dns.kill('SIGKILL');
// A resolver asks the second server after five seconds.
const withoutDns = await send(3, 2, 2, 0);
const output: KillOutput = { killed, reported, once: tried, patient, withoutDns };
process.stdout.write(JSON.stringify(output));
