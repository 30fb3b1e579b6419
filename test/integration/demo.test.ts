import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { demoList } from '../e2e/demo-application.ts';
import { noSandbox } from './sandbox-available.ts';

const demo = fileURLToPath(new URL('../../packages/sandbox/src/demo.ts', import.meta.url));

/** Nothing stands before the map, and nothing between it and what the demo says next. */
const mapThenMore = new RegExp(`^${demoList}\nWhat else can be tried:\n`);

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly diagnostics: string;
}

async function run(program: string, args: readonly string[]): Promise<Ended> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, diagnostics] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (diagnostics += bytes.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output, diagnostics };
}

const runDemo = (...args: readonly string[]): Promise<Ended> => run(process.execPath, [demo, ...args]);

test.skipIf(noSandbox)(
  'the demo prints the map, two of them at once the same one, and says what else can be tried',
  async () => {
    const demos = await Promise.all([runDemo(), runDemo()]);
    for (const { code, output, diagnostics } of demos) {
      expect(output, diagnostics).toMatch(mapThenMore);
      expect(code).toBe(0);
      expect(diagnostics).not.toContain('replay');
    }
  },
);

test('the recorded traffic makes the same map', async () => {
  const { code, output } = await runDemo('--replay');
  expect(output).toMatch(mapThenMore);
  expect(code).toBe(0);
});

test.skipIf(noSandbox)('where the kernel gives no network namespaces, the demo says so and replays', async () => {
  const script = 'echo 0 > /proc/sys/user/max_net_namespaces && exec "$@"';
  const { code, output, diagnostics } = await run('unshare', [
    '--user',
    '--map-root-user',
    'sh',
    '-c',
    script,
    'sh',
    process.execPath,
    demo,
  ]);
  expect(diagnostics).toContain('there can be no cluster here: the kernel gives this user no namespaces of its own');
  expect(output).toMatch(mapThenMore);
  expect(code).toBe(0);
});

test('an option that does not exist is an error, with those that do', async () => {
  const { code, diagnostics } = await runDemo('--kepe');
  expect(code).toBe(64);
  expect(diagnostics).toContain('--kepe');
  expect(diagnostics).toContain('usage: npm run demo');
});
