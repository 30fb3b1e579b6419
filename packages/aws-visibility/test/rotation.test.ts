import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenLocally } from '@network-mapper/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { handshake } from './aws/handshake.ts';
import { caBundle, startCluster, startWebhook, webhookName } from './aws/webhook-world.ts';
import { startAwsEndpoint, startProxy } from './aws/world.ts';

// Time moves in steps, by the clocks of the program and of its clients; between two steps clients connect anew all the
// time. What is renewed is renewed between their connections.

const day = 24 * 3_600_000;
const minute = 60_000;
/** Milliseconds: what is due is done between two connections. */
const lookInterval = 20;
const rows = 3;

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'rotation-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** So many rows of connections, one after another, each of one connection of each client. */
async function connect(clients: readonly (() => ReturnType<typeof handshake>)[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (let row = 0; row < rows; row++)
    problems.push(...(await Promise.all(clients.map(client => client()))).filter(problem => problem !== undefined));
  return problems;
}

test('over three years of new authorities no pod is refused, though it read whom to trust four months ago', async () => {
  const backend = await listenLocally(createServer((_, response) => void response.end('ok')));
  onTestFinished(backend.close);
  await using aws = await startAwsEndpoint(Number(new URL(backend.url).port));
  let time = Date.now();
  const mapperUrl = 'http://127.0.0.1:1/query';
  await using proxy = await startProxy({ aws, mapperUrl, now: () => time, lookInterval });
  await vi.waitUntil(async () => !(await proxy.problems()).includes('pods'), { timeout: 60_000 });
  const bundles: { readonly at: number; readonly file: string }[] = [];
  const directory = await folder();
  const signers = new Set<string>();
  const problems: string[] = [];
  for (const end = time + 3 * 366 * day; time < end; time += 24 * day) {
    const file = join(directory, `${bundles.length}.crt`);
    await writeFile(file, proxy.trusted());
    bundles.unshift({ at: time, file });
    signers.add(proxy.authority());
    const clients = [0, 1, 60, 120].map((age, at) => () => {
      const read = bundles.find(bundle => bundle.at <= time - age * day) ?? bundles.at(-1);
      const skew = (at % 2 === 0 ? 50 : -50) * minute;
      const name = `${['sqs', 'sns', 'kms', 's3'][at] ?? ''}.eu-west-1.amazonaws.com`;
      return handshake({ port: proxy.httpsPort, name, trusted: read?.file ?? '', time: time + skew });
    });
    problems.push(...(await connect(clients)));
  }
  expect(problems).toEqual([]);
  expect(signers.size).toBeGreaterThanOrEqual(6);
});

test('over a year of new authorities and certificates the API server is never refused by the webhook', async () => {
  const kubernetes = await startCluster();
  let time = Date.now();
  await using running = await startWebhook(kubernetes, { now: () => time, lookInterval });
  const directory = await folder();
  let count = 0;
  const bundles = new Set<string>();
  const problems: string[] = [];
  for (const end = time + 366 * day; time < end; time += 6 * day) {
    const clients = [-50, 50].map(skew => async () => {
      const bundle = caBundle(kubernetes);
      bundles.add(bundle);
      const trusted = join(directory, `${count++}.crt`);
      await writeFile(trusted, bundle);
      return handshake({ port: running.port, name: webhookName, trusted, time: time + skew * minute });
    });
    problems.push(...(await connect(clients)));
  }
  expect(problems).toEqual([]);
  expect(bundles.size).toBeGreaterThanOrEqual(8);
});
