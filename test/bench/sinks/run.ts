/**
 * Measures how long a mapper with 50,000 edges holds its event loop while it delivers to everybody at once: `npm run
 * bench:sinks`. Prints tables and writes them to test/bench/sinks/results.md. The mapper has one core to itself, load,
 * receivers and Kubernetes API run on the other.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { format } from 'prettier';
import { containerCommand } from '../../../scripts/dockerfile.ts';
import { MeasuredProcess } from '../mapper/measured-process.ts';

const here = import.meta.dirname;
const root = join(here, '../../..');
const image = containerCommand('mapper');
const scratch = mkdtempSync(join(tmpdir(), 'bench-sinks-'));
const [apiPort, metricsPort] = [19_690, 19_692];
const url = `http://127.0.0.1:${apiPort}`;
const [pods, edges] = [10_000, 50_000];
/** Seconds. */
const measured = 40;
/** Pods, Services, EndpointSlices, nodes and six kinds of owners. */
const watchedKinds = 10;
const tables: string[] = [];
const children: ChildProcess[] = [];

/** Starts a helper on the other core; answers with the first line that it prints. */
async function helper(script: string, ...args: readonly string[]): Promise<unknown> {
  const child = spawn('taskset', ['-c', '0', process.execPath, '--max-old-space-size=4096', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return JSON.parse(text);
}

async function textOf(address: string): Promise<string> {
  return (await fetch(address, { headers: { connection: 'close' } })).text();
}

const metricsText = (): Promise<string> => textOf(`http://127.0.0.1:${metricsPort}/metrics`);
const valueOf = (text: string, name: string): number =>
  Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1]);

function load(results: number): void {
  const args = [join(here, '../mapper/load.ts'), url, pods, edges, results, 1, 'random'].map(String);
  execFileSync('taskset', ['-c', '0', process.execPath, ...args]);
}

interface Measurement {
  readonly title: string;
  readonly env: (receivers: string) => Readonly<Record<string, string>>;
}

const everything = (receivers: string): Readonly<Record<string, string>> => ({
  OTTERIZE_API_ADDRESS: `${receivers}/api`,
  OTTERIZE_CLIENT_ID: 'id',
  OTTERIZE_CLIENT_SECRET: 'secret',
  OTTERIZE_UPLOAD_INTERVAL_SECONDS: '5',
  OTTERIZE_ENABLE_OTEL_EXPORT: 'true',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  OTEL_EXPORTER_OTLP_ENDPOINT: receivers,
  OTEL_METRIC_EXPORT_INTERVAL: '5000',
  OTTERIZE_EVENTS_URL: `${receivers}/events`,
  OTTERIZE_EDGE_METRICS: 'true',
  OTTERIZE_EDGE_METRICS_MAX_SERIES: String(edges),
});

const measurements: readonly Measurement[] = [
  { title: 'nothing is delivered', env: () => ({ DO_NOT_TRACK: '1' }) },
  { title: 'cloud, OpenTelemetry, events, service graph, telemetry, all at once', env: everything },
];

async function measure({ title, env }: Measurement, kubeconfig: string): Promise<readonly (string | number)[]> {
  const receivers = ((await helper(join(here, 'receivers.ts'))) as { readonly url: string }).url;
  const mapper = new MeasuredProcess(
    [
      ...['taskset', '-c', '1', process.execPath, '--import', join(here, 'cpu-loop-timer.mjs')],
      ...image.entrypoint.slice(1, -1),
      join(root, 'dist/mapper/main.mjs'),
    ],
    {
      KUBECONFIG: kubeconfig,
      OTTERIZE_API_PORT: String(apiPort),
      OTTERIZE_METRICS_PORT: String(metricsPort),
      OTTERIZE_SHUTDOWN_DELAY: '1ms',
      OTTERIZE_CLUSTER_DOMAIN: 'cluster.local',
      ...image.env,
      // As the chart sizes it to the container's limit of memory.
      NODE_OPTIONS: '--max-old-space-size=307',
      ...env(receivers),
    },
  );
  try {
    const synced = (text: string): boolean => text.match(/^mapper_watch_synced.* 1$/gm)?.length === watchedKinds;
    while (!(await metricsText().then(synced, () => false))) await sleep(200);
    load(2 * edges);
    // Reading it begins the measurement anew.
    await metricsText();
    const before = mapper.cpu();
    const scrapes: number[] = [];
    const lags: { p99: number; max: number }[] = [];
    const ends = performance.now() + measured * 1000;
    let series = 0;
    while (performance.now() < ends) {
      // All edges change all the time.
      load(edges / 5);
      await sleep(2_000);
      const began = performance.now();
      const text = await metricsText();
      scrapes.push(performance.now() - began);
      series = text.match(/^traces_service_graph_request_total\{/gm)?.length ?? 0;
      lags.push({
        p99: valueOf(text, 'nodejs_eventloop_lag_p99_seconds') * 1000,
        max: valueOf(text, 'nodejs_eventloop_lag_max_seconds') * 1000,
      });
    }
    const cpu = (mapper.cpu() - before) / measured;
    // A scrape's own cost: ten, one after another, without the load.
    await sleep(1_000);
    const beforeScrapes = mapper.cpu();
    for (let scrape = 0; scrape < 10; scrape++) await metricsText();
    const scrapeCpu = ((mapper.cpu() - beforeScrapes) * 1000) / 10;
    const counts = JSON.parse(await textOf(`${receivers}/counts`)) as Readonly<Record<string, number>>;
    const worst = (pick: (lag: { p99: number; max: number }) => number) => Math.max(...lags.map(pick)).toFixed(1);
    const sorted = scrapes.toSorted((a, b) => a - b);
    return [
      title,
      worst(({ p99 }) => p99),
      worst(({ max }) => max),
      series,
      `${Math.round(sorted[sorted.length >> 1] ?? 0)} / ${Math.round(sorted.at(-1) ?? 0)}`,
      scrapeCpu.toFixed(0),
      (cpu * 100).toFixed(0),
      Math.round(mapper.memory().resident),
      `${counts.cloud} / ${counts.collector} / ${counts.events}`,
    ];
  } finally {
    await mapper.stop();
  }
}

try {
  execFileSync(process.execPath, [join(root, 'scripts/bundle.ts'), 'mapper'], { stdio: 'inherit' });
  const kubeconfig = join(scratch, 'kubeconfig');
  writeFileSync(kubeconfig, String(await helper(join(here, '../mapper/cluster.ts'), String(pods))));
  const rows = [];
  for (const measurement of measurements) rows.push(await measure(measurement, kubeconfig));
  const head = [
    'what',
    'event loop held, p99, CPU ms (worst of some seconds)',
    'longest, CPU ms',
    'series',
    'scrape, median / slowest ms',
    'CPU ms a scrape',
    'CPU, % of a core',
    'resident MiB',
    'requests to cloud / collector / events',
  ];
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  tables.push(`${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`);
  console.log(tables.join('\n'));
} finally {
  for (const child of children) child.kill();
  rmSync(scratch, { recursive: true });
}

const processor = /model name\s*: (.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown processor';
const intro = `# Benchmark of all that leaves the mapper

\`npm run bench:sinks\` on ${cpus().length} cores of ${processor}, Linux ${release()}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.
The mapper is the bundle that its image runs, alone on one core, with ${edges.toLocaleString('en')} edges of ${pods.toLocaleString('en')} pods, a fifth of which are seen
again every few seconds; uploads and deliveries every 5 s. The Kubernetes API, the load and the receivers run on the other core.
`;
writeFileSync(
  join(here, 'results.md'),
  await format([intro, ...tables].join('\n'), { parser: 'markdown', printWidth: 120 }),
);
