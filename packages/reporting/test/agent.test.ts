import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { aborted, createLogger, runAll } from '@network-mapper/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { agentOptions, createAgent, type Agent, type AgentOptions } from '../src/index.ts';
import { readOptions } from '@network-mapper/runtime';
import { lookup } from './sightings.ts';
import { TestMapper } from './test-mapper.ts';

let mapper: TestMapper;
let stop: AbortController;
let running: Promise<void> | undefined;

beforeEach(async () => {
  mapper = new TestMapper();
  mapper.instance = 'one';
  stop = new AbortController();
  running = undefined;
  await mapper.up();
});

afterEach(async () => {
  stop.abort();
  await running;
  await mapper.down();
});

const logger = createLogger({ name: 'test', debug: false });
logger.level = 'silent';

function configure(env: Readonly<Record<string, string>> = {}): AgentOptions['config'] {
  const ports = { OTTERIZE_HEALTH_PROBES_PORT: '0', OTTERIZE_METRICS_PORT: '0' };
  return readOptions(agentOptions, { OTTERIZE_MAPPER_API_URL: mapper.url, ...ports, ...env });
}

function start(agent: Agent): void {
  running = runAll(agent.runnables, stop.signal);
}

test('a new agent is its kind, its evidence and its sources', async () => {
  const lines = ['cart', 'ads', 'cart'];
  const agent = createAgent({
    kind: 'log-reader',
    version: '1.0.0',
    evidence: ['DNS'],
    config: configure(),
    logger,
    reportInterval: 10,
    sources: ({ record }) => [
      {
        name: 'the log',
        run: async signal => {
          for (const line of lines) record(lookup(line));
          await aborted(signal);
        },
      },
    ],
  });
  start(agent);
  await expect.poll(() => mapper.reported().toSorted()).toEqual(['ads', 'cart']);
  await expect.poll(() => agent.totals.reported).toBe(2);
  await expect.poll(() => mapper.asked.map(({ operationName }) => operationName)).toContain('reportAgentStatus');
});

test('everything that lasts is there again within three seconds after the mapper was reset, without any new traffic', async () => {
  const agent = createAgent({
    kind: 'log-reader',
    version: '1.0.0',
    evidence: ['DNS'],
    config: configure(),
    logger,
    sources: ({ record }) => [
      {
        name: 'the log',
        run: async signal => {
          record(lookup('cart'));
          await aborted(signal);
        },
      },
    ],
  });
  start(agent);
  await expect.poll(() => agent.totals.reported).toBe(1);
  mapper.instance = 'one, reset';
  const resetAt = performance.now();
  await vi.waitFor(() => expect(mapper.reported()).toEqual(['cart', 'cart']), { timeout: 60_000, interval: 10 });
  expect(performance.now() - resetAt).toBeLessThan(3_000);
});

test('readiness names what stands against taking in, liveness does not depend on it', async () => {
  let problem: string | undefined = 'No packets are taken in: CAP_NET_RAW is missing.';
  let port = 0;
  const agent = createAgent({
    kind: 'log-reader',
    version: '1.0.0',
    evidence: ['DNS'],
    config: configure(),
    logger,
    healthListening: used => (port = used),
    sources: () => [{ name: 'packets', problem: () => problem, run: aborted }],
  });
  start(agent);
  await expect.poll(() => port).toBeGreaterThan(0);
  expect(await get(port, '/healthz')).toEqual({ status: 200, body: '' });
  expect(await get(port, '/readyz')).toEqual({
    status: 503,
    body: 'No packets are taken in: CAP_NET_RAW is missing.\n',
  });
  problem = undefined;
  expect(await get(port, '/readyz')).toEqual({ status: 200, body: '' });
});

test('what sources hold back is reported before the end, and an agent without an end reports everything at once', async () => {
  let held = ['cart'];
  const agent = createAgent({
    kind: 'log-reader',
    version: '1.0.0',
    evidence: ['DNS'],
    config: configure(),
    logger,
    sources: ({ record }) => [
      {
        name: 'the log',
        run: aborted,
        drain: () => {
          for (const name of held) record(lookup(name));
          held = [];
        },
      },
    ],
  });
  await agent.reportAll();
  expect(mapper.reported()).toEqual(['cart']);
  held = ['ads'];
  start(agent);
  stop.abort();
  await running;
  expect(mapper.reported()).toEqual(['cart', 'ads']);
});

async function get(port: number, path: string): Promise<{ readonly status: number; readonly body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  request({ port, path, agent: false, host: '127.0.0.1' }, response => {
    text(response).then(body => resolve({ status: response.statusCode ?? 0, body }), reject);
  })
    .on('error', reject)
    .end();
  return promise;
}
