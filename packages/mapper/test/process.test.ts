import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubernetesApi, freePort, type KubernetesApi } from '@network-mapper/testkit';
import { afterEach, expect, test } from 'vitest';

const main = new URL('../src/main.ts', import.meta.url).pathname;
const children: ChildProcess[] = [];
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const stop of stops.splice(0)) await stop();
});

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly output: () => string;
}

async function start(env: Readonly<Record<string, string>> = {}, kubernetes?: KubernetesApi): Promise<Started> {
  const api = kubernetes ?? (await createKubernetesApi());
  if (kubernetes === undefined) stops.push(() => api[Symbol.asyncDispose]());
  const folder = await mkdtemp(join(tmpdir(), 'mapper-'));
  stops.push(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'config'), api.kubeconfig());
  const port = await freePort();
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      KUBECONFIG: join(folder, 'config'),
      OTTERIZE_API_PORT: String(port),
      OTTERIZE_METRICS_PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, url: `http://127.0.0.1:${port}`, output: () => output };
}

async function health(url: string): Promise<string> {
  return fetch(`${url}/query?query={health}`).then(
    response => response.text(),
    () => 'away',
  );
}

test('when it has to stop the mapper answers for a moment longer, says that it is not ready, and ends well within five seconds', async () => {
  const { child, url } = await start({ OTTERIZE_SHUTDOWN_DELAY: '700ms' });
  await expect.poll(() => health(url)).toBe('{"data":{"health":true}}');
  const started = performance.now();
  child.kill('SIGTERM');
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(503);
  expect(await health(url)).toBe('{"data":{"health":true}}');
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);
  expect(performance.now() - started).toBeGreaterThan(600);
  expect(performance.now() - started).toBeLessThan(5_000);
});

test('the first line of the log says what leaves the cluster, and how to keep it here; secrets are in none', async () => {
  const { url, output } = await start({ OTTERIZE_CLIENT_ID: 'me', OTTERIZE_CLIENT_SECRET: 'hush' });
  await expect.poll(() => health(url)).toBe('{"data":{"health":true}}');
  const [first = ''] = output().split('\n');
  expect(JSON.parse(first)).toMatchObject({ msg: 'telemetry', usage: 'off: OTTERIZE_API_ADDRESS is not set' });
  expect(first).toContain('--telemetry-enabled=false');
  expect(output()).toContain('nothing is uploaded');
  expect(output()).not.toContain('hush');
});

test.each([
  [{ OTTERIZE_CLIENT_ID: 'me' }, 'OTTERIZE_CLIENT_ID and OTTERIZE_CLIENT_SECRET: the id is useless'],
  [{ OTTERIZE_CLIENT_SECRET: 'hush' }, 'OTTERIZE_CLIENT_ID and OTTERIZE_CLIENT_SECRET: the secret is useless'],
  [
    { OTTERIZE_API_EXTRA_CA_PEM: '/nowhere/ca.pem' },
    'OTTERIZE_API_EXTRA_CA_PEM: /nowhere/ca.pem cannot be used: ENOENT',
  ],
  [{ OTTERIZE_API_EXTRA_CA_PEM: '/etc/hostname' }, '/etc/hostname cannot be used: there is no certificate in it'],
  [{ OTTERIZE_API_ADDRESS: 'cloud.example.com/api' }, 'not an address that starts with http:// or https://'],
  [{ OTTERIZE_EVENTS_KINDS: 'edge-gone' }, '"edge-gone" is none of edge-added'],
])('half of what the cloud needs is an error at the start: %o', async (env, sentence) => {
  const { child, output } = await start(env);
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(78);
  expect(output()).toContain(sentence);
  expect(output()).not.toContain('hush');
});

test('wrong options are listed all at once, with exit code 78', async () => {
  const { child, output } = await start({
    OTTERIZE_DEBUG: 'perhaps',
    OTTERIZE_METRICS_PORT: 'x',
    OTTERIZE_SHUTDOWN_DELAY: '5',
  });
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(78);
  expect(
    output()
      .split('\n')
      .filter(line => line.startsWith('mapper: OTTERIZE_')),
  ).toHaveLength(3);
});

test('a port that is taken is named, with what to do', async () => {
  const { child, output } = await start({ OTTERIZE_METRICS_PORT: '0', OTTERIZE_API_PORT: '0' });
  const taken = createServer().listen(0);
  await once(taken, 'listening');
  stops.push(async () => {
    taken.close();
    await once(taken, 'close');
  });
  const address = taken.address();
  const second = await start({
    OTTERIZE_API_PORT: String(typeof address === 'object' && address !== null ? address.port : 0),
  });
  const [code] = (await once(second.child, 'close')) as [number];
  expect(code).toBe(1);
  expect(second.output()).toMatch(/the API cannot listen on port \d+: another process listens there/);
  child.kill();
  expect(output()).not.toContain('cannot listen');
});

test('without any cluster configured the mapper says what to set', async () => {
  const { child, output } = await start({ KUBECONFIG: '', HOME: '/nonexistent' });
  const [code] = (await once(child, 'close')) as [number];
  expect(code).not.toBe(0);
  expect(output()).toContain('KUBECONFIG');
});

test('an API server that is away at the start is waited for, and the mapper answers from what it has', async () => {
  const kubernetes = await createKubernetesApi();
  stops.push(() => kubernetes[Symbol.asyncDispose]());
  await kubernetes.down();
  const { url, child } = await start({}, kubernetes);
  await expect.poll(() => health(url), { timeout: 60_000 }).toBe('{"data":{"health":true}}');
  expect(await (await fetch(`${url}/readyz`)).text()).toMatch(/pods: .*ECONNREFUSED/);
  expect(child.exitCode).toBeNull();
});
