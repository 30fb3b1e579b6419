import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { demoList } from '../e2e/demo-application.ts';
import { noSandbox } from './sandbox-available.ts';

type Shell = ChildProcessByStdio<Writable, Readable, Readable>;

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The README's lines for a shell, in its order. */
const lines = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
  block
    .split('\n')
    .map(line => line.replace(/ +#.*$/, ''))
    .filter(Boolean),
);

const running = new Set<Shell>();
afterEach(async () => {
  for (const shell of running) await end(shell);
});

/** Starts a line as somebody types it. */
function type(line: string): Shell {
  // In a process group of its own, as in a terminal: whatever it starts is ended with it.
  const shell = spawn('sh', ['-c', line], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  running.add(shell);
  shell.once('close', () => running.delete(shell));
  return shell;
}

async function end(shell: Shell): Promise<void> {
  if (shell.pid === undefined || !running.has(shell)) return;
  const closed = once(shell, 'close');
  process.kill(-shell.pid, 'SIGINT');
  await closed;
}

/** What a line prints and how it ends. */
async function run(line: string, input = ''): Promise<{ readonly code: unknown; readonly output: string }> {
  const shell = type(line);
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (bytes: Buffer) => (output += bytes.toString()));
  shell.stdin.end(input);
  const [code] = (await once(shell, 'close')) as [unknown];
  return { code, output };
}

const needCluster = /^(docker build|helm|kubectl|npm run --silent cli -- list|npm run e2e|npm test)/;

test('the README begins with the demo; its other lines need a cluster, or are the tests', () => {
  expect(lines.slice(0, 2)).toEqual(['npm run demo', 'npm run demo -- --keep']);
  expect(lines.slice(2).filter(line => !needCluster.test(line))).toEqual([]);
});

test('npm run demo prints the map, on any machine', async () => {
  const { code, output } = await run('npm run demo');
  expect(output).toMatch(new RegExp(`^${demoList}\n`, 'm'));
  expect(output).toContain('npm run demo -- --keep');
  expect(code).toBe(0);
});

test('npm run demo -- --replay, which the demo proposes, prints it too', async () => {
  const { code, output } = await run('npm run demo -- --replay');
  expect(output).toMatch(new RegExp(`^${demoList}\n`, 'm'));
  expect(code).toBe(0);
});

describe.skipIf(noSandbox)('npm run demo -- --keep', () => {
  /** Starts it; the commands that it proposes, without what it says of them. */
  async function keep(): Promise<readonly string[]> {
    const demo = type('npm run demo -- --keep');
    let output = '';
    demo.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
    demo.stderr.resume();
    const proposals = () => output.split('in another terminal:\n')[1];
    await expect.poll(proposals, { timeout: 120_000 }).toMatch(/nsenter.*\n/);
    return (proposals() ?? '').split('\n').flatMap(line => /^ {2}(\S.*?)(?: {3,}.*)?$/.exec(line)?.[1] ?? []);
  }

  test('every command that it proposes works, the list of calls first', async () => {
    const proposed = await keep();
    expect(proposed).toHaveLength(6);
    const [list = '', ...others] = proposed;
    expect(await run(list)).toEqual({ code: 0, output: expect.stringMatching(new RegExp(`^${demoList}$`)) as string });
    expect(list).toMatch(/^npm run --silent cli -- list --short --mapper-address http/);
    expect(readme).toContain(list.slice(0, list.indexOf(' http')));
    const contents = [/"redis-cart"/, /^mapper_/m, /^sniffer_/m, /"PodList"/, /table ip/];
    for (const [index, line] of others.entries()) {
      const { code, output } = await run(line, 'ip addr; nft list ruleset\n');
      expect(output, line).toMatch(contents[index] ?? /$^/);
      expect(code, line).toBe(0);
    }
  });
});
