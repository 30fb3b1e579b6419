import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { realPart } from '@network-mapper/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareWatcher, proxyPod, type RunningWatcher } from './running-watcher.ts';

const envoy = realPart('envoy');
const config = join(import.meta.dirname, 'fixtures/envoy.yaml');
const host = '127.13.1.1';

let watcher: RunningWatcher;
let running: ChildProcess | undefined;

beforeEach(async () => {
  watcher = await prepareWatcher();
});

afterEach(async () => {
  await watcher.stop();
  await stopEnvoy();
});

async function startEnvoy(): Promise<void> {
  if (envoy.kind === 'missing') return;
  running = spawn(envoy.path, ['-c', config, '--concurrency', '1', '--disable-hot-restart', '--log-level', 'off']);
  await expect.poll(() => call('/ready', {}, 15_090)).toBe(200);
}

async function stopEnvoy(): Promise<void> {
  if (running === undefined) return;
  const ended = once(running, 'exit');
  running.kill();
  await ended;
  running = undefined;
}

/** One request through Envoy, which counts it as one from web to catalog. */
async function call(path: string, headers: Readonly<Record<string, string>> = {}, port = 8080): Promise<number> {
  const workloads = {
    'x-src-workload': 'web',
    'x-src-ns': 'shop',
    'x-dst-workload': 'catalog',
    'x-dst-ns': 'shop',
    ...headers,
  };
  return new Promise(answered => {
    const asked = request({ host, port, path, headers: workloads }, response => {
      response.resume();
      answered(response.statusCode ?? 0);
    });
    asked.on('error', () => answered(0));
    asked.end();
  });
}

const paths = (): readonly string[] => [...new Set(watcher.mapper.entries.map(({ path }) => String(path)))].sort();
const read = async (times: number): Promise<void> => {
  const rounds = async () => Number(/istio_watcher_rounds_total (\d+)/.exec(await watcher.metrics())?.[1] ?? 0);
  const before = await rounds();
  await expect.poll(rounds).toBeGreaterThanOrEqual(before + times);
};

test.skipIf(envoy.kind === 'missing')(
  'requests through a real Envoy are calls with whole paths; one that is restarted reports none again',
  async () => {
    await startEnvoy();
    await call('/before');
    watcher.kubernetes.put(proxyPod({ name: 'web-1', ip: host }));
    await watcher.start();
    await read(2);
    for (const path of ['/v1.2/items.json?a=b', '/a%2Fb', '/caf%C3%A9', '/say"hi"\\now', '/users/7', '/users/8'])
      expect(await call(path)).toBe(200);
    await expect.poll(paths).toEqual(['/a%2Fb', '/caf%C3%A9', '/say"hi"\\now', '/users/{id}', '/v1.2/items.json']);
    expect(watcher.mapper.entries[0]).toMatchObject({
      srcWorkload: 'web',
      srcWorkloadNamespace: 'shop',
      dstWorkload: 'catalog',
      dstWorkloadNamespace: 'shop',
      dstServiceName: 'catalog',
      methods: ['GET'],
      responseCodes: [200],
    });

    const before = watcher.mapper.entries.length;
    await stopEnvoy();
    await read(2);
    await startEnvoy();
    await read(3);
    expect(watcher.mapper.entries).toHaveLength(before);
    await call('/after');
    await expect.poll(paths).toContain('/after');
    expect(paths()).not.toContain('/before');
  },
);

test.skipIf(envoy.kind === 'missing')(
  'ten thousand names in paths are a hundred paths, and one for the rest',
  async () => {
    watcher.kubernetes.put(proxyPod({ name: 'web-1', ip: host }));
    await startEnvoy();
    await watcher.start();
    await read(1);
    for (let at = 0; at < 10_000; at += 100)
      await Promise.all(Array.from({ length: 100 }, (_, each) => call(`/names/n${at + each}x`)));
    await expect.poll(async () => (/folded_total (\d+)/.exec(await watcher.metrics()) ?? [])[1]).toBe('9900');
    expect(paths()).toHaveLength(101);
    expect(paths()).toContain('/*');
  },
);
