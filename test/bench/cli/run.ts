/**
 * Measures what people wait for at the command line, as it is packed: `npm run bench:cli` after `npm run cli:package`.
 * Prints a table and puts it into test/bench/cli/results.md.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { call, mapOf } from '../../../packages/cli/test/known-map.ts';
import { snapshotText } from '../../../packages/cli/src/network-map.ts';

const program = join(import.meta.dirname, '../../../dist/cli/package/network-mapper.mjs');
const scratch = mkdtempSync(join(tmpdir(), 'bench-cli-'));
const runs = 5;

/** So many calls between a tenth as many workloads; with `changed`, one in a hundred has another port. */
function writeMap(file: string, { calls, changed }: { readonly calls: number; readonly changed: boolean }): string {
  const workloads = Math.max(10, calls / 10);
  const place = (at: number) => `team-${at % 40}/service-${at}`;
  const path = join(scratch, file);
  const all = Array.from({ length: calls }, (_, at) => {
    const edge = `${place(at % workloads)} > ${place((at * 7 + Math.floor(at / workloads) + 1) % workloads)}`;
    return call(edge, changed && at % 100 === 0 ? { ports: [443] } : {});
  });
  writeFileSync(path, snapshotText(mapOf(all)));
  return path;
}

interface Cost {
  /** Seconds of the clock and of CPU, the least of some runs. */
  readonly wall: number;
  readonly cpu: number;
}

/** The cost of a command, whose output is read to its end. */
async function measure(args: readonly string[]): Promise<Cost> {
  const costs: Cost[] = [];
  for (let run = 0; run < runs; run++) {
    const begin = performance.now();
    const child = spawn(
      '/usr/bin/env',
      ['bash', '-c', 'time "$@" >/dev/null', 'bash', process.execPath, program, ...args],
      {
        env: { ...process.env, TIMEFORMAT: '%U %S' },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    await once(child, 'close');
    const wall = (performance.now() - begin) / 1000;
    const [, user = NaN, system = NaN] = /([\d.]+) ([\d.]+)\s*$/.exec(said)?.map(Number) ?? [];
    costs.push({ wall, cpu: user + system });
  }
  return { wall: Math.min(...costs.map(({ wall }) => wall)), cpu: Math.min(...costs.map(({ cpu }) => cpu)) };
}

try {
  const [large, later] = [
    writeMap('large.json', { calls: 50_000, changed: false }),
    writeMap('later.json', { calls: 50_000, changed: true }),
  ];
  const [medium, wide] = [
    writeMap('medium.json', { calls: 2_000, changed: false }),
    writeMap('wide.json', { calls: 20_000, changed: false }),
  ];
  const commands: readonly (readonly [string, readonly string[]])[] = [
    ['`--help`', ['--help']],
    ['`list`, 50,000 calls', ['list', '--from', large]],
    ['`list -o wide`, 50,000 calls', ['list', '-o', 'wide', '--from', large]],
    ['`diff` of two snapshots of 50,000 calls, 500 of them changed', ['diff', large, later]],
    ['`export --as network-policy`, 2,000 calls', ['export', '--as', 'network-policy', '--from', medium]],
    [
      '`visualize --format svg`, 200 services, 2,000 calls',
      ['visualize', '--format', 'svg', '-o', join(scratch, 'a.svg'), '--from', medium],
    ],
    [
      '`visualize --format html`, 2,000 services, 20,000 calls',
      ['visualize', '--format', 'html', '-o', join(scratch, 'a.html'), '--from', wide],
    ],
  ];
  const rows: string[] = [];
  for (const [title, args] of commands) {
    const { wall, cpu } = await measure(args);
    rows.push(`| ${title} | ${wall.toFixed(2)} | ${cpu.toFixed(2)} |`);
    console.log(rows.at(-1));
  }
  const text = `# Benchmarks of the command line

\`npm run bench:cli\` on ${cpus().length} cores of ${cpus()[0]?.model ?? '?'}, Linux ${release()}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}, load ${loadavg()[0]?.toFixed(1) ?? '?'}.
The least of ${runs} runs, in seconds.

| command | clock | CPU |
| --- | --- | --- |
${rows.join('\n')}
`;
  writeFileSync(join(import.meta.dirname, 'results.md'), await format(text, { parser: 'markdown' }));
} finally {
  rmSync(scratch, { recursive: true });
}
