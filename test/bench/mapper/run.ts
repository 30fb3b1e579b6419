/**
 * Measures the mapper as its image runs it: `npm run bench:mapper`, or `… -- NAME...` for some of ready, ingest,
 * identities, queries, memory. Prints tables and writes them to test/bench/mapper/results.md. The mapper has one core
 * to itself, load and Kubernetes API run on the other.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { setTimeout as sleep } from 'node:timers/promises';
import { containerCommand } from '../../../scripts/dockerfile.ts';
import { MeasuredProcess } from './measured-process.ts';
import { cliIntents, serviceIntents, timeQuery } from './query.ts';

const here = import.meta.dirname;
const root = join(here, '../../..');
const image = containerCommand('mapper');
const scratch = mkdtempSync(join(tmpdir(), 'bench-mapper-'));
const [apiPort, metricsPort] = [19_590, 19_592];
const url = `http://127.0.0.1:${apiPort}`;
/** How long the event loop is held is measured by a timer of 10 ms, finer than the mapper has it. */
const loopTimer = ['--import', join(here, '../fine-loop-timer.mjs')];
/** Pods, Services, EndpointSlices, nodes and six kinds of owners. */
const watchedKinds = 10;
const wanted = new Set(process.argv.slice(2));
/**
 * A real API server that test/bench/mapper/fill-cluster.ts has filled: for `ready` and `memory` of the pods that it
 * has.
 */
const realCluster = process.env.KUBECONFIG;
const tables: string[] = [];

interface World extends AsyncDisposable {
  readonly mapper: MeasuredProcess;
  /** Milliseconds from the start until the API answered. */
  readonly ready: number;
}

/** A Kubernetes API with so many pods; started once for all measurements with as many. */
const clusters = new Map<number, { readonly child: ChildProcess; readonly kubeconfig: string }>();

async function cluster(pods: number): Promise<string> {
  if (realCluster !== undefined) return realCluster;
  const known = clusters.get(pods);
  if (known !== undefined) return known.kubeconfig;
  // Only one at a time: a hundred thousand pods are a gigabyte.
  for (const [count, { child }] of clusters) {
    child.kill();
    clusters.delete(count);
  }
  const kubeconfig = join(scratch, `kubeconfig-${pods}`);
  const child = spawn(
    'taskset',
    ['-c', '0', process.execPath, '--max-old-space-size=8192', join(here, 'cluster.ts'), String(pods)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  clusters.set(pods, { child, kubeconfig });
  for await (const chunk of child.stdout) {
    writeFileSync(kubeconfig, JSON.parse(String(chunk)) as string);
    break;
  }
  return kubeconfig;
}

async function start(pods: number): Promise<World> {
  const kubeconfig = await cluster(pods);
  const env = {
    KUBECONFIG: kubeconfig,
    OTTERIZE_API_PORT: String(apiPort),
    OTTERIZE_METRICS_PORT: String(metricsPort),
    OTTERIZE_SHUTDOWN_DELAY: '1ms',
    OTTERIZE_CLUSTER_DOMAIN: 'cluster.local',
    ...image.env,
  };
  const started = performance.now();
  const mapper = new MeasuredProcess(
    [
      'taskset',
      '-c',
      '1',
      process.execPath,
      ...image.entrypoint.slice(1, -1),
      ...loopTimer,
      join(root, 'dist/mapper/main.mjs'),
    ],
    env,
  );
  while (!(await answers())) await sleep(10);
  const ready = performance.now() - started;
  while ((await metricsText()).match(/^mapper_watch_synced.* 1$/gm)?.length !== watchedKinds) await sleep(200);
  return { mapper, ready, [Symbol.asyncDispose]: () => mapper.stop() };
}

/** Asked with as little work as possible: there is no third core for it. */
function answers(): Promise<boolean> {
  return new Promise(resolve => {
    const asked = get(`${url}/healthz`, { agent: false }, response => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('error', () => resolve(false));
  });
}

interface Load {
  readonly results: number;
  readonly seconds: number;
}

/** Reports from another process on the other core. */
interface LoadOptions {
  readonly pods: number;
  readonly edges: number;
  readonly results: number;
  readonly order?: 'sequence' | 'random';
}

function load({ pods, edges, results, order = 'sequence' }: LoadOptions): Load {
  const args = [process.execPath, join(here, 'load.ts'), url, pods, edges, results, 4, order].map(String);
  return JSON.parse(execFileSync('taskset', ['-c', '0', ...args], { encoding: 'utf8' })) as Load;
}

async function metricsText(): Promise<string> {
  // One mapper after another has this port: a kept connection would lead to one that is gone.
  const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`, { headers: { connection: 'close' } });
  return response.text();
}

async function metric(name: string): Promise<number> {
  const pattern = new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (.*)$`, 'm');
  return Number(pattern.exec(await metricsText())?.[1]);
}

function table(title: string, head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const text = `## ${title}\n\n${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
  tables.push(text);
  console.log(`\n${text}`);
}

const measurements: Readonly<Record<string, () => Promise<void>>> = {
  ready: async () => {
    const rows = [];
    for (const pods of realCluster === undefined ? [1_000, 10_000] : [10_000]) {
      const times: number[] = [];
      const costs: number[] = [];
      for (let run = 0; run < 4; run++) {
        await using world = await start(pods);
        // The first start only warms up the API, which elsewhere has been running for a while.
        if (run === 0) continue;
        times.push(world.ready);
        costs.push(world.mapper.cpu());
      }
      const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
      rows.push([
        pods,
        sorted(times.map(Math.round)).join(' / '),
        sorted(costs)
          .map(cost => cost.toFixed(2))
          .join(' / '),
      ]);
    }
    table(
      'Ready after the start (three runs)',
      ['pods', 'ready, ms', 'CPU-s of the process until all kinds are synced'],
      rows,
    );
  },

  ingest: async () => {
    const rows = [];
    for (const [pods, edges, order] of [
      [1_000, 1_000, 'sequence'],
      [10_000, 1_000, 'sequence'],
      [10_000, 50_000, 'sequence'],
      [10_000, 50_000, 'random'],
      [10_000, 500_000, 'random'],
      [100_000, 50_000, 'random'],
    ] as const) {
      await using world = await start(pods);
      load({ pods, edges, results: Math.max(edges, 100_000), order });
      await metric('nodejs_eventloop_lag_max_seconds');
      const before = world.mapper.cpu();
      const { results, seconds } = load({ pods, edges, results: 400_000, order });
      const cpu = world.mapper.cpu() - before;
      const lag = (await metric('nodejs_eventloop_lag_max_seconds')) * 1000 - 10;
      rows.push([
        pods,
        await metric('mapper_edges{kind="intent"}'),
        order,
        Math.round(results / seconds),
        ((cpu * 100_000) / results).toFixed(2),
        lag.toFixed(0),
        Math.round(world.mapper.memory().resident),
      ]);
    }
    table(
      'Ingest: DNS answers, 200 results a report, 4 connections',
      ['pods', 'edges', 'order', 'results/s', 'CPU-s per 100,000', 'event loop held, ms', 'resident MiB'],
      rows,
    );
  },

  identities: async () => {
    await using world = await start(10_000);
    const before = world.mapper.cpu();
    const { seconds } = load({ pods: 10_000, edges: 10_000, results: 10_000 });
    table(
      'A thousand identities nobody asked for before (with 10,000 results)',
      ['seconds', 'CPU-s'],
      [[seconds.toFixed(2), (world.mapper.cpu() - before).toFixed(2)]],
    );
  },

  queries: async () => {
    const rows = [];
    for (const edges of [1_000, 10_000, 50_000]) {
      await using world = await start(10_000);
      load({ pods: 10_000, edges, results: edges });
      for (const [title, query] of [
        ['intents', cliIntents()],
        ['intents of one namespace', cliIntents('ns-7')],
        ['serviceIntents', serviceIntents],
      ] as const) {
        await metric('nodejs_eventloop_lag_max_seconds');
        const { first, median, slowest, megabytes, runs } = await timeQuery(url, query);
        const lag = (await metric('nodejs_eventloop_lag_max_seconds')) * 1000 - 10;
        const { resident, peak } = world.mapper.memory();
        rows.push([
          edges,
          title,
          megabytes.toFixed(2),
          ...[first, median, slowest].map(time => time.toFixed(1)),
          runs,
          lag.toFixed(0),
          Math.round(resident),
          Math.round(peak),
        ]);
      }
    }
    table(
      'Queries with the CLI’s documents (10,000 pods)',
      [
        'edges',
        'query',
        'MB',
        'first ms',
        'p50 ms',
        'slowest ms',
        'runs',
        'event loop held, ms',
        'resident MiB',
        'peak MiB',
      ],
      rows,
    );
  },

  memory: async () => {
    const rows = [];
    for (const [pods, edges] of [
      [1_000, 0],
      [10_000, 0],
      [10_000, 50_000],
      [10_000, 500_000],
      [100_000, 0],
      [100_000, 500_000],
    ] as const) {
      if (realCluster !== undefined && (pods !== 10_000 || edges !== 0)) continue;
      await using world = await start(pods);
      if (edges > 0) load({ pods, edges, results: edges });
      // What V8 and the C library do not need they give back within a quarter of a minute.
      await sleep(20_000);
      const { resident, anonymous, peak } = world.mapper.memory();
      rows.push([
        pods,
        edges === 0 ? 0 : await metric('mapper_edges{kind="intent"}'),
        ...[resident, anonymous, peak].map(Math.round),
      ]);
    }
    table('Memory at rest (MiB)', ['pods', 'edges', 'resident', 'of it anonymous', 'peak'], rows);
  },
};

try {
  execFileSync(process.execPath, [join(root, 'scripts/bundle.ts'), 'mapper'], { stdio: 'inherit' });
  for (const [name, measure] of Object.entries(measurements))
    if (wanted.size === 0 || wanted.has(name)) await measure();
} finally {
  for (const { child } of clusters.values()) child.kill();
  rmSync(scratch, { recursive: true });
}

const processor = /model name\s*: (.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown processor';
const intro = `# Benchmarks of the mapper

\`npm run bench:mapper\` on ${cpus().length} cores of ${processor}, Linux ${release()}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.
The mapper is the bundle that its image runs, alone on one core; the Kubernetes API (protocol buffers, pods that are 10 KB of JSON) and the load run on the other.
`;
if (wanted.size === 0) {
  const text = await format([intro, ...tables].join('\n'), { parser: 'markdown', printWidth: 120 });
  writeFileSync(join(here, 'results.md'), text);
}
