import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeServer, listen } from '@network-mapper/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HttpPost, type HttpPostOptions } from './http-post.ts';

const cleanUp: (() => unknown)[] = [];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'http-post-'));
  cleanUp.push(() => rm(folder, { recursive: true }));
});

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

interface Sent {
  readonly url: string;
  readonly json?: string;
  readonly signal?: AbortSignal;
}

function createPost(options: HttpPostOptions = {}): (sent: Sent) => ReturnType<HttpPost['post']> {
  const http = new HttpPost(options);
  cleanUp.push(() => http.dropConnections());
  return ({ url, json = '{}', signal = new AbortController().signal }) =>
    http.post({ url, json, compress: false, signal });
}

async function serve(handle: (request: IncomingMessage, answer: (text: string) => void) => void): Promise<string> {
  const server = createHttpServer((request, response) => handle(request, text => response.end(text)));
  return `http://127.0.0.1:${await started(server)}`;
}

async function started(server: Server): Promise<number> {
  const port = await listen(server, { name: 'the server of the test', port: 0, host: '127.0.0.1' });
  cleanUp.push(() => closeServer(server));
  return port;
}

/** A process that listens and is stopped, with no room left for connections: the kernel drops every further SYN. */
async function swallowSyns(): Promise<{ readonly port: number; readonly process: ChildProcess }> {
  const program = `require('http').createServer((_, response) => response.end('ok'))
    .listen(0, '127.0.0.1', 1, function () { console.log(this.address().port) })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanUp.push(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGSTOP');
  const port = Number(line.toString());
  const sockets: Socket[] = [];
  cleanUp.push(() => sockets.forEach(socket => socket.destroy()));
  for (let full = false; !full;) {
    const socket = connect({ port, host: '127.0.0.1' }).on('error', () => undefined);
    sockets.push(socket);
    full = await new Promise(resolve => {
      socket.once('connect', () => resolve(false));
      setTimeout(() => resolve(true), 500);
    });
    if (full) socket.destroy();
  }
  return { port, process: child };
}

/** Local ports of this machine from which a connection to `port` is being made (state SYN_SENT of proc(5)). */
async function connectingFrom(port: number): Promise<readonly string[]> {
  const to = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map(line => line.trim().split(/\s+/));
  return lines.filter(([, , remote, state]) => remote === to && state === '02').map(([, local = '']) => local);
}

test('an address that swallows connections is given up within seconds, tried from another port each time', async () => {
  const { port } = await swallowSyns();
  const sources = new Set<string>();
  const watch = setInterval(() => {
    void connectingFrom(port).then(ports => ports.forEach(source => sources.add(source)));
  }, 50);
  cleanUp.push(() => clearInterval(watch));
  const started = performance.now();
  await expect(createPost()({ url: `http://127.0.0.1:${port}/query` })).rejects.toThrow('no connection within 1.5 s');
  expect(performance.now() - started).toBeGreaterThan(2_900);
  expect(sources.size).toBe(2);
});

test('a connection that is swallowed once is made by the next try', async () => {
  const { port, process: child } = await swallowSyns();
  // The kernel repeats a SYN after a second: what gets there before is a new one.
  const answer = createPost({ connectTimeout: 900 })({ url: `http://127.0.0.1:${port}/query` });
  await vi.waitFor(async () => expect(await connectingFrom(port)).toHaveLength(1), { timeout: 60_000, interval: 10 });
  child.kill('SIGCONT');
  expect((await answer).text).toBe('ok');
});

test('a server that accepts and says nothing is given up after its time, which grows with the report', async () => {
  const silent = createTcpServer();
  const port = await listen(silent, { name: 'a silent server', port: 0, host: '127.0.0.1' });
  const open = new Set<Socket>();
  silent.on('connection', socket => open.add(socket));
  cleanUp.push(() => {
    for (const socket of open) socket.destroy();
    silent.close();
  });
  const post = createPost({ answerTimeout: 100 });
  const url = `http://127.0.0.1:${port}/query`;
  await expect(post({ url })).rejects.toThrow('connected, but no answer within 0.101 s');
  await expect(post({ url, json: 'x'.repeat(6_400) })).rejects.toThrow('connected, but no answer within 0.3 s');
  expect(open.size).toBe(2);
});

test('a server that begins its answer and stops is given up as well', async () => {
  const server = createHttpServer((_, response) => response.writeHead(200).write('{'));
  const url = `http://127.0.0.1:${await started(server)}`;
  await expect(createPost({ answerTimeout: 100 })({ url })).rejects.toThrow('no answer within');
});

test('a connection that the server closed while it was idle costs no report', async () => {
  let connections = 0;
  let requests = 0;
  // The first connection is cut when it is used again, as by a server that has just given it up.
  const server = createHttpServer((request, response) => {
    if (++requests === 2) request.socket.resetAndDestroy();
    else response.end('ok');
  });
  server.on('connection', () => connections++);
  const url = `http://127.0.0.1:${await started(server)}`;
  const post = createPost();
  expect((await post({ url })).text).toBe('ok');
  expect((await post({ url })).text).toBe('ok');
  expect(connections).toBe(2);
});

test('connections are used again, and after a failure none that was open before', async () => {
  let connections = 0;
  let silent = false;
  const server = createHttpServer((_, response) => {
    if (!silent) response.end('ok');
  });
  server.on('connection', () => connections++);
  const url = `http://127.0.0.1:${await started(server)}`;
  const post = createPost({ answerTimeout: 500 });
  await Promise.all([post({ url }), post({ url })]);
  await Promise.all([post({ url }), post({ url })]);
  expect(connections).toBe(2);
  silent = true;
  await expect(post({ url })).rejects.toThrow('no answer');
  silent = false;
  await post({ url });
  expect(connections).toBe(3);
});

test('a kept connection that the network has lost is given up sooner, for a new one', async () => {
  let requests = 0;
  const server = createHttpServer((_, response) => {
    if (++requests !== 2) response.end('ok');
  });
  const url = `http://127.0.0.1:${await started(server)}`;
  const post = createPost({ answerTimeout: 3_600_000, reusedAnswerTimeout: 50 });
  expect((await post({ url })).text).toBe('ok');
  expect((await post({ url })).text).toBe('ok');
  expect(requests).toBe(3);
});

test('a server that refuses connections is not asked twice', async () => {
  const server = createHttpServer();
  const port = await started(server);
  await closeServer(server);
  await expect(createPost()({ url: `http://127.0.0.1:${port}` })).rejects.toThrow('ECONNREFUSED');
});

test('a report that is aborted ends at once', async () => {
  const url = await serve(() => undefined);
  const stop = new AbortController();
  const answer = createPost()({ url, signal: stop.signal });
  const ended = expect(answer).rejects.toThrow('aborted');
  stop.abort();
  await ended;
});

test('the token of its file is sent, again when the file was replaced, and none without the file', async () => {
  const sent: (string | undefined)[] = [];
  const url = await serve((request, answer) => {
    sent.push(request.headers.authorization);
    answer('ok');
  });
  const tokenFile = join(folder, 'token');
  const post = createPost({ tokenFile });
  await post({ url });
  await writeFile(tokenFile, 'one\n');
  await post({ url });
  await writeFile(join(folder, 'next'), 'two');
  await rename(join(folder, 'next'), tokenFile);
  await post({ url });
  await rm(tokenFile);
  await post({ url });
  expect(sent).toEqual([undefined, 'Bearer one', 'Bearer two', undefined]);
});

/** Certificates for 127.0.0.1 that sign themselves. */
function fixture(name: 'ours.key' | 'ours.crt' | 'theirs.crt'): string {
  return join(import.meta.dirname, '../../test/fixtures', name);
}

test('over https the mapper’s certificate must be signed by one of the file, which may change', async () => {
  const [key, cert] = await Promise.all([readFile(fixture('ours.key')), readFile(fixture('ours.crt'))]);
  const server = createHttpsServer({ key, cert }, (_, response) => response.end('ok'));
  const port = await listen(server, { name: 'the server of the test', port: 0, host: '127.0.0.1' });
  cleanUp.push(() => closeServer(server));
  const url = `https://127.0.0.1:${port}/query`;
  const caFile = join(folder, 'ca.crt');
  const post = createPost({ caFile });
  await expect(post({ url })).rejects.toThrow(`there is no file ${caFile}`);
  await copyFile(fixture('theirs.crt'), caFile);
  await expect(post({ url })).rejects.toThrow('self-signed certificate');
  await copyFile(fixture('ours.crt'), join(folder, 'next'));
  await rename(join(folder, 'next'), caFile);
  expect((await post({ url })).text).toBe('ok');
});
