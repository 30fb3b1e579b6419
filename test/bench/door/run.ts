/**
 * Measures what it costs to find out who asks and what they may: `npm run bench:door`. Prints tables and puts them into
 * test/bench/door/results.md, above what is written there of the fuzzer.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubernetesApi, deployment, pod, type KubernetesApi } from '@network-mapper/testkit';
import { connectKube } from '../../../packages/kube/src/index.ts';
import { format } from 'prettier';
import { createGuard } from '../../../packages/mapper/src/auth/guard.ts';
import { MeasuredProcess } from '../mapper/measured-process.ts';
import { sendQueries } from './load.ts';

const [users, perSecond, seconds, namespaces] = [50, 1_000, 20, 5];
const [apiPort, metricsPort] = [19_690, 19_692];
const url = `http://127.0.0.1:${apiPort}`;
const mapperProgram = join(import.meta.dirname, '../../../packages/mapper/src/main.ts');
const tokens = Array.from({ length: users }, (_, user) => `token-of-user-${user}`);
const namespaceNames = Array.from({ length: namespaces }, (_, index) => `team-${index}`);
const snifferToken = 'token-of-a-sniffer';
const scratch = mkdtempSync(join(tmpdir(), 'bench-door-'));

/** Of the pod in each namespace; the last calls the first. */
const address = (index: number): string => `10.1.0.${(index % namespaces) + 1}`;

/** Half of the users may see every namespace, the others one each. */
async function startKubernetes(): Promise<KubernetesApi> {
  const kubernetes = await createKubernetesApi();
  for (const [index, namespace] of namespaceNames.entries()) {
    const owner = deployment({ name: `app-${index}`, namespace });
    kubernetes.put(owner, pod({ name: `app-${index}-x`, namespace, ip: address(index), owner }));
  }
  kubernetes.reviews.tokens.set(snifferToken, {
    username: 'system:serviceaccount:otterize-system:otterize-network-sniffer',
    extra: { 'authentication.kubernetes.io/node-name': ['node-0'] },
  });
  for (const [user, token] of tokens.entries()) kubernetes.reviews.tokens.set(token, { username: `user-${user}` });
  kubernetes.reviews.allows = ({ user, namespace }) => {
    const number = Number(user.slice('user-'.length));
    return number < users / 2 || namespace === `team-${number % namespaces}`;
  };
  return kubernetes;
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Milliseconds of each look at a request, in this process; the first of each user asks the API server. */
async function measureGuard(): Promise<readonly number[]> {
  await using kubernetes = await startKubernetes();
  const guard = createGuard({
    mode: 'required',
    connection: await connectKube({ kubeconfig: kubernetes.kubeconfig() }),
    clock: () => performance.now(),
    agents: new Set(),
    namespaces: () => namespaceNames,
    refused: problem => {
      throw new Error(problem);
    },
  });
  const took: number[] = [];
  for (let query = 0; query < perSecond * seconds; query++) {
    const began = performance.now();
    const headers = { authorization: `Bearer ${tokens[query % users] ?? ''}` };
    // What of the request is looked at.
    const caller = await guard.identify({ headers, socket: { remoteAddress: '10.9.9.9' } } as never);
    const decision = await guard.decide(caller, ['intents']);
    took.push(performance.now() - began);
    if (decision.kind !== 'allowed') throw new Error(`user ${query % users}: ${decision.kind}`);
  }
  return took;
}

/** A mapper as a process, asked over HTTP. */
async function measureMapper(mode: 'none' | 'required') {
  await using kubernetes = await startKubernetes();
  const kubeconfig = join(scratch, mode);
  writeFileSync(kubeconfig, kubernetes.kubeconfig());
  const mapper = new MeasuredProcess([process.execPath, mapperProgram], {
    KUBECONFIG: kubeconfig,
    OTTERIZE_API_AUTH: mode,
    OTTERIZE_API_PORT: String(apiPort),
    OTTERIZE_METRICS_PORT: String(metricsPort),
    OTTERIZE_SHUTDOWN_DELAY: '0',
  });
  try {
    while ((await fetch(`${url}/readyz`).catch(() => undefined))?.status !== 200)
      await new Promise(resolve => setTimeout(resolve, 50));
    await reportCalls();
    // Warm: what is compiled once is not measured.
    await sendQueries({ url, tokens: tokens.slice(0, 1), perSecond: 500, seconds: 2 });
    const before = mapper.cpu();
    const { statuses, latencies } = await sendQueries({ url, tokens, perSecond, seconds });
    return { statuses, ...percentiles(latencies), cpu: mapper.cpu() - before, reviews: kubernetes.reviews.counts };
  } finally {
    await mapper.stop();
  }
}

/** A call in each namespace: users may see what is on the map. */
async function reportCalls(): Promise<void> {
  const lastSeen = new Date().toISOString();
  const results = namespaceNames.map((_, index) => ({
    srcIp: address(index),
    srcHostname: '',
    destinations: [
      { destination: address(index + 1), destinationIP: address(index + 1), destinationPort: 80, lastSeen },
    ],
  }));
  const response = await fetch(`${url}/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${snifferToken}` },
    body: JSON.stringify({
      query: 'mutation ($results: CaptureTCPResults!) { reportTCPCaptureResults(results: $results) }',
      variables: { results: { results } },
    }),
  });
  if (!response.ok) throw new Error(`The report was answered with ${response.status}: ${await response.text()}`);
}

const guard = await measureGuard();
const known = percentiles(guard.slice(users));
const asking = percentiles(guard.slice(0, users));
const [none, required] = [await measureMapper('none'), await measureMapper('required')];
rmSync(scratch, { recursive: true });

const ms = (value: number): string => value.toFixed(3);
const row = (mode: string, run: typeof none): string =>
  `| ${mode} | ${JSON.stringify(run.statuses).replaceAll('"', '')} | ${ms(run.p50)} | ${ms(run.p99)} | ${run.cpu.toFixed(1)} | ${run.reviews.token} | ${run.reviews.access} |`;
const report = `# Benchmarks of the door

\`npm run bench:door\` on ${cpus().length} cores of ${cpus()[0]?.model ?? '?'}, Linux ${release()}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.
${users} users, ${perSecond.toLocaleString('en')} small queries a second for ${seconds} s, each with a bearer token; half of the users may see every
namespace, the others one of ${namespaces}. Kubernetes API, load and mapper share the cores.

## What the door adds to a request (ms, in process)

| requests | p50 | p99 |
| --- | --- | --- |
| of users who were asked for within the last minute | ${ms(known.p50)} | ${ms(known.p99)} |
| the first of each user, which asks the API server | ${ms(asking.p50)} | ${ms(asking.p99)} |

## The mapper under that load (ms from when a query was due)

| OTTERIZE_API_AUTH | answers by status | p50 | p99 | CPU-s | TokenReviews | SubjectAccessReviews |
| --- | --- | --- | --- | --- | --- | --- |
${row('none', none)}
${row('required', required)}

TokenReviews are at most one a user and minute: ${required.reviews.token} for ${users} users in ${seconds + 2} s.
`;
const file = join(import.meta.dirname, 'results.md');
const fuzzed = /^## Fuzzed[\s\S]*/m.exec(readIfThere(file))?.[0] ?? '';
writeFileSync(file, await format(`${report}\n${fuzzed}`, { parser: 'markdown' }));
console.log(report);
if (required.reviews.token > users || known.p99 > 0.2) process.exitCode = 1;

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
