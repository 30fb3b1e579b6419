import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { listenLocally } from '@network-mapper/testkit';
import { expect, onTestFinished, test } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  return { child, said: text(child.stderr) };
}

test('as a program it ends with the exit code of its command', async () => {
  const { child, said } = start('list');
  await once(child, 'close');
  expect(child.exitCode).toBe(1);
  expect(await said).toContain('No cluster is configured');
});

test('a reader that has read enough of a long list is no error', async () => {
  const intents = Array.from({ length: 20_000 }, (_, i) => ({
    client: { name: `client-${i}`, namespace: 'shop' },
    server: { name: 'server', namespace: 'shop' },
  }));
  const { url, close } = await listenLocally(
    createServer((_, response) => response.end(JSON.stringify({ data: { intents } }))),
  );
  onTestFinished(close);
  const { child, said } = start('list', '--mapper-address', url);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  await once(child, 'close');
  expect(await said).toBe('');
  expect(child.exitCode).toBe(0);
});
