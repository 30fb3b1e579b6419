import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { listenLocally, pod } from '@network-mapper/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { optInLabel } from '../src/opt-in.ts';
import { startAwsMapper } from './aws/aws-mapper.ts';
import { startAwsEndpoint, startProxy, type AwsEndpoint, type ProxyWorld, type RunningProxy } from './aws/world.ts';

const host = 'sqs.eu-west-1.amazonaws.com';

interface World {
  readonly aws: AwsEndpoint;
  readonly proxy: RunningProxy;
}

async function startWorld(limits: ProxyWorld['limits'] = {}): Promise<World> {
  const mapper = await startAwsMapper();
  onTestFinished(mapper.close);
  const backend = await listenLocally(createServer((_, response) => void response.end('ok')));
  onTestFinished(backend.close);
  const aws = await startAwsEndpoint(Number(new URL(backend.url).port));
  onTestFinished(() => aws[Symbol.asyncDispose]());
  const proxy = await startProxy({ aws, mapperUrl: mapper.url, limits });
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  await vi.waitUntil(async () => (await proxy.problems()) === '', { timeout: 60_000 });
  return { aws, proxy };
}

async function open({ proxy }: World): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: proxy.httpsPort, servername: host, ca: proxy.authority() });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

async function ask(world: World): Promise<string> {
  const socket = await open(world);
  socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  return text(socket);
}

/** Resolves when so many connections that say nothing were opened from an address of loopback. */
async function beSilent(port: number, address: string, count: number): Promise<void> {
  const program = join(import.meta.dirname, 'aws/silent-clients.mjs');
  const child = spawn(process.execPath, [program, String(port), address, String(count)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.stdin.end();
    await exited;
  });
  await once(createInterface(child.stdout), 'line');
}

test('beside ten thousand connections that say nothing a pod is served, and the memory of the proxy stays', async () => {
  const world = await startWorld();
  const { proxy } = world;
  proxy.kubernetes.put(pod({ name: 'silent', namespace: 'shop', ip: '127.0.0.2', labels: { [optInLabel]: 'true' } }));
  expect(await ask(world)).toContain('200 OK');
  const before = process.memoryUsage().rss;
  // One that has opted in, and one that has not.
  await Promise.all(['127.0.0.2', '127.0.0.3'].map(address => beSilent(proxy.httpsPort, address, 5_000)));
  expect(await ask(world)).toContain('200 OK');
  const grown = (process.memoryUsage().rss - before) / 2 ** 20;
  console.log(`10,000 silent connections: ${grown.toFixed(0)} MiB more`);
  expect(grown).toBeLessThan(48);
  expect((await proxy.skipped())['too-many-waiting']).toBeGreaterThan(9_000);
});

test('a pod with more connections than are read along gets its answers on the others unread', async () => {
  const world = await startWorld({ readOfOne: 2 });
  await open(world);
  await open(world);
  const unread = connect({
    host: '127.0.0.1',
    port: world.proxy.httpsPort,
    servername: host,
    rejectUnauthorized: false,
  });
  onTestFinished(() => void unread.destroy());
  await once(unread, 'secureConnect');
  expect(unread.getPeerCertificate().issuer.CN).toBe('AWS of the tests');
  expect((await world.proxy.skipped())['too-many-connections']).toBe(1);
});

test('a client that does not end its handshake is cut, and one that has ended it may be silent', async () => {
  const world = await startWorld({ beginningTimeout: 2_000 });
  const patient = await open(world);
  const stalled = connectTcp({ host: '127.0.0.1', port: world.proxy.httpsPort });
  onTestFinished(() => void stalled.destroy());
  // What a client says first, and nothing of what it would answer.
  const first = new Duplex({
    read: () => undefined,
    write: (bytes, _, done) => void stalled.write(bytes as Buffer, done),
  });
  connect({ socket: first, servername: host }).on('error', () => undefined);
  const [hello] = (await once(stalled, 'data')) as [Buffer];
  expect(hello[0]).toBe(22);
  await once(stalled.resume(), 'close');
  patient.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  expect(await text(patient)).toContain('200 OK');
});

test('a connection on which both sides are silent for too long is ended', async () => {
  const world = await startWorld({ idle: 300 });
  const socket = await open(world);
  await once(socket.resume(), 'close');
});

/** Whether the connection between two ports of this machine has a timer for keep-alive, on the first's side. */
function isKeptAlive(...ports: readonly [here: number, there: number]): boolean {
  const [here, there] = ports.map(port => (port === 0 ? '\\w{4}' : port.toString(16).toUpperCase().padStart(4, '0')));
  // proc(5): a timer is 2 where it is that of keep-alive; state 1 is established.
  const line = new RegExp(`:${here ?? ''} \\w+:${there ?? ''} 01 \\w{8}:\\w{8} 02:`);
  return ['tcp', 'tcp6'].some(table => line.test(readFileSync(`/proc/net/${table}`, 'utf8')));
}

test('the kernel asks silent clients, and AWS, whether they are still there', async () => {
  const world = await startWorld();
  const socket = await open(world);
  await vi.waitUntil(() => isKeptAlive(world.proxy.httpsPort, socket.localPort ?? 0), { timeout: 60_000 });
  await vi.waitUntil(() => isKeptAlive(0, world.aws.port), { timeout: 60_000 });
});
