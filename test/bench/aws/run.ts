import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { startAwsEndpoint } from '../../../packages/aws-visibility/test/aws/world.ts';
import { objectBlocks, objectHash, objectSize, startStore } from './store.ts';

// The proxy of AWS visibility: 1 GiB up and down with the same sha256, how much its memory grows by it, and what it
// adds to the time of a small request. Prints a table.

const host = 's3.eu-west-1.amazonaws.com';
const authorization = 'AWS4-HMAC-SHA256 Credential=AKIASP2TPHJSQH3FJXYZ/20260101/eu-west-1/s3/aws4_request';
const smallRequests = 2_000;
const newConnections = 200;

interface Server {
  readonly port: number;
  /** PEM. */
  readonly authority: string;
}

/** Requests to the store, under AWS's name, by way of a server. */
class Client {
  readonly #server: Server;
  readonly agent: Agent;

  constructor(server: Server, keepAlive = true) {
    this.#server = server;
    this.agent = new Agent({ keepAlive, maxSockets: 1 });
  }

  async send(method: string, path: string, body?: Readable): Promise<IncomingMessage> {
    const { port, authority } = this.#server;
    const to = { host: '127.0.0.1', port, servername: host, ca: authority, agent: this.agent };
    const length = body === undefined ? {} : { 'content-length': objectSize };
    const sent = request({ ...to, method, path, headers: { host, authorization, ...length } });
    if (body === undefined) sent.end();
    else body.pipe(sent);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    if (answer.statusCode !== 200) throw new Error(`${method} ${path} was answered ${answer.statusCode}`);
    return answer;
  }

  /** Milliseconds of requests one after another, the median. */
  async median(count: number): Promise<number> {
    const times: number[] = [];
    for (let at = 0; at < count; at++) {
      const start = performance.now();
      await text(await this.send('GET', '/small'));
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[Math.floor(count / 2)] ?? NaN;
  }
}

/** Resident memory in MiB (proc(5)). */
function residentOf(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) / 1024;
}

/** What a piece of work takes, and the most memory that a process had meanwhile. */
async function measured(pid: number, work: () => Promise<void>): Promise<{ seconds: number; peak: number }> {
  let peak = residentOf(pid);
  const looking = setInterval(() => (peak = Math.max(peak, residentOf(pid))), 20);
  const start = performance.now();
  await work();
  clearInterval(looking);
  return { seconds: (performance.now() - start) / 1000, peak };
}

function same(what: string, seen: string): void {
  if (seen !== expected) throw new Error(`what was sent ${what} has the sha256 ${seen} instead of ${expected}`);
}

const expected = objectHash();
const store = await startStore();
const aws = await startAwsEndpoint(Number(new URL(store.url).port));
const program = join(import.meta.dirname, 'proxy-process.ts');
const child = spawn(process.execPath, ['--max-semi-space-size=4', program, String(aws.port), aws.authority], {
  stdio: ['pipe', 'pipe', 'inherit'],
  // As the image has it.
  env: { ...process.env, MALLOC_ARENA_MAX: '1' },
});
try {
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const proxy = JSON.parse(line) as Server;
  const { pid = 0 } = child;
  const row = (...cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);
  row('', 'direct', 'through the proxy', 'more');
  row('---', '---', '---', '---');

  const direct = new Client(aws);
  const proxied = new Client(proxy);
  const latency = async (what: string, count: number, clients: readonly [Client, Client]): Promise<void> => {
    const medians: [number, number] = [await clients[0].median(count), await clients[1].median(count)];
    row(what, ...medians.map(ms => `${ms.toFixed(2)} ms`), `${(medians[1] - medians[0]).toFixed(2)} ms`);
  };
  await direct.median(500);
  await proxied.median(500);
  await latency(`a small request, median of ${smallRequests}`, smallRequests, [direct, proxied]);
  await latency(`one on a new connection, median of ${newConnections}`, newConnections, [
    new Client(aws, false),
    new Client(proxy, false),
  ]);

  const before = residentOf(pid);
  const peaks: number[] = [];
  for (const [what, work] of [
    [
      'up',
      async (client: Client) =>
        same('up', await text(await client.send('PUT', '/object', Readable.from(objectBlocks())))),
    ],
    [
      'down',
      async (client: Client) => {
        const hash = createHash('sha256');
        for await (const chunk of await client.send('GET', '/object')) hash.update(chunk as Buffer);
        same('down', hash.digest('hex'));
      },
    ],
  ] as const) {
    const alone = await measured(pid, () => work(direct));
    const { seconds, peak } = await measured(pid, () => work(proxied));
    peaks.push(peak);
    row(`1 GiB ${what}, equal sha256`, `${alone.seconds.toFixed(1)} s`, `${seconds.toFixed(1)} s`, '');
  }
  const most = Math.max(...peaks);
  row(
    'resident memory of the proxy',
    `${before.toFixed(0)} MiB before`,
    `${most.toFixed(0)} MiB at most`,
    `${(most - before).toFixed(0)} MiB`,
  );
  for (const { agent } of [direct, proxied]) agent.destroy();
} finally {
  child.stdin.end();
  await aws[Symbol.asyncDispose]();
  await store.close();
}
