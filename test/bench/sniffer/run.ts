/**
 * run.ts [SECTION...] [--seconds N] [--soak MINUTES]: measures what the sniffer costs, prints tables and writes them to
 * results.md. Needs root, gcc, and two cores: one makes the traffic, the sniffer has the other.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sections, type Section, type Table } from './sections.ts';

const root = join(import.meta.dirname, '../../..');
const results = join(import.meta.dirname, 'results.md');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    soak: { type: 'string', default: '0' },
    note: { type: 'string' },
  },
});

if (process.env.NM_BENCH_INSIDE === undefined) process.exit(runInside());
await main();

/**
 * Runs this program among processes and named network namespaces of its own: those of the machine are not scanned, and
 * nothing is left behind, however it ends.
 */
function runInside(): number {
  if (process.getuid?.() !== 0) throw new Error('Root is needed: network namespaces are made.');
  execFileSync(process.execPath, [join(root, 'scripts/bundle.ts'), 'sniffer'], { stdio: 'inherit' });
  const own = ['--mount', '--pid', '--fork', '--mount-proc', '--kill-child', '--'];
  const names = 'mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns && exec "$@"';
  const command = ['sh', '-c', names, 'sh', process.execPath, ...process.argv.slice(1)];
  const { status } = spawnSync('unshare', [...own, ...command], {
    stdio: 'inherit',
    env: { ...process.env, NM_BENCH_INSIDE: '1' },
  });
  return status ?? 1;
}

async function main(): Promise<void> {
  const load = { seconds: Number(values.seconds), soakMinutes: Number(values.soak) };
  const texts: string[] = [];
  for (const section of wanted()) {
    const table = await section.measure(load);
    const text = `## ${section.title}\n\n${toMarkdown(table)}`;
    console.log(`\n${text}`);
    texts.push(text);
  }
  if (positionals.length === 0) writeFileSync(results, `${heading()}\n\n${texts.join('\n\n')}\n`);
}

function wanted(): readonly Section[] {
  const unknown = positionals.filter(name => !sections.some(section => section.name === name));
  if (unknown.length > 0)
    throw new Error(
      `No such section: ${unknown.join(', ')}. There are ${sections.map(({ name }) => name).join(', ')}.`,
    );
  return sections.filter(({ name, optional }) =>
    positionals.length === 0 ? optional !== true || Number(values.soak) > 0 : positionals.includes(name),
  );
}

function heading(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const memory = Math.round(Number(/MemTotal:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) / 1024 / 1024);
  return [
    '# What the sniffer costs',
    '',
    `\`npm run bench:sniffer\` at ${commit} on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${memory} GiB, kernel ${release()}, Node ${process.versions.node}. ${values.note ?? ''}`.trim(),
    '',
    'Each packet crosses two interfaces of the node and is captured twice. CPU is the sniffer’s own, of one core; the kernel’s',
    'work of filtering and copying is charged to who sends. The bundle runs as in its image (`Dockerfile.sniffer`), after ten',
    'seconds of the same traffic. How long the event loop is held includes the 10 ms of the timer that measures it.',
  ].join('\n');
}

function toMarkdown({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
