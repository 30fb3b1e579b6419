import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import { gunzipSync } from 'node:zlib';
import { MapperClient, mapperHeader, operations } from '@network-mapper/api';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Book } from './book.ts';
import { MapperLink } from './mapper-link.ts';
import { createMapperProbe } from './mapper-probe.ts';
import { postByHttp } from './post-by-http.ts';
import { createChannel, createReporter, type ReporterEvents } from './reporter.ts';
import type { Runnable } from '@network-mapper/runtime';

/** A mapper over real HTTP: answers as told and keeps what it was asked. */
interface Asked {
  /** Absent when only the health is asked for. */
  readonly names?: readonly string[];
  readonly extended?: boolean;
  readonly compressed: boolean;
}

type Answer = (asked: Asked) => { readonly status: number; readonly accepted?: boolean } | 'never';

let server: Server;
let answer: Answer;
let asked: Asked[];
let stop: AbortController;
/** Which run of the mapper answers; undefined for the original. */
let instance: string | undefined;

beforeEach(async () => {
  asked = [];
  answer = () => ({ status: 200, accepted: true });
  stop = new AbortController();
  instance = undefined;
  server = createServer((request, response) => {
    void readAsked(request).then(one => {
      asked.push(one);
      const reply = answer(one);
      if (reply === 'never') return;
      const body =
        reply.status === 200 ? { data: { reportCaptureResults: reply.accepted } } : { errors: [{ message: 'no' }] };
      const headers = {
        'content-type': 'application/json',
        ...(instance === undefined ? {} : { [mapperHeader]: instance }),
      };
      response.writeHead(reply.status, headers).end(JSON.stringify(body));
    });
  });
  await listen(0);
});

afterEach(async () => {
  stop.abort();
  await close();
});

async function listen(port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

async function close(): Promise<void> {
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

interface Body {
  readonly variables: { readonly names?: readonly string[]; readonly extended?: boolean };
}

async function readAsked(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const compressed = request.headers['content-encoding'] === 'gzip';
  const bytes = Buffer.concat(chunks);
  const { variables } = JSON.parse((compressed ? gunzipSync(bytes) : bytes).toString()) as Body;
  return { ...variables, compressed };
}

function port(): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface Agent {
  readonly book: Book<string>;
  readonly reporter: Runnable;
  readonly events: ReporterEvents<'names'>;
  readonly probe: Runnable;
}

function createAgent({ timeout = 5000, interval = 10 } = {}): Agent {
  const book = new Book<string>({
    capacity: 10_000,
    refresh: 60_000,
    remember: 600_000,
    mostRemembered: 10_000,
    kind: {
      key: name => name,
      merge: (_, seen) => seen,
      isNews: () => false,
      saysLittle: () => false,
      pack: () => '',
      unpack: name => name,
    },
  });
  const client = { url: `http://127.0.0.1:${port()}`, timeout, post: postByHttp };
  const clock = (): number => performance.now();
  const link = new MapperLink({
    client: new MapperClient(client),
    modernClient: new MapperClient({ ...client, compressAbove: 1000 }),
    rememberRefusal: 600_000,
    clock,
    mapperReplaced: () => book.retell(),
  });
  const events = { onReported: vi.fn(), onRejected: vi.fn(), onTrouble: vi.fn(), onRecovered: vi.fn() };
  const channel = createChannel({
    name: 'names' as const,
    book,
    send: (names: readonly string[], signal) =>
      link.report(
        { ...operations.reportCaptureResults, variables: dialect => ({ names, extended: dialect === 'extended' }) },
        signal,
      ),
  });
  const gather = (): void => undefined;
  const reporter = createReporter({
    channels: [channel],
    interval,
    longestPause: 50,
    farewell: 200,
    clock,
    gather,
    events,
  });
  return { book, reporter, events, probe: createMapperProbe({ link, interval: 5 }) };
}

const acceptedNames = (): readonly string[] => asked.flatMap(({ names = [] }) => names);

test('what was seen reaches the mapper once', async () => {
  const { book, reporter } = createAgent();
  const running = reporter.run(stop.signal);
  book.record('cart');
  await vi.waitFor(() => expect(acceptedNames()).toEqual(['cart']));
  stop.abort();
  await running;
  expect(acceptedNames()).toEqual(['cart']);
});

test('a mapper that was replaced is told all again, even when there is no news', async () => {
  const { book, reporter, probe } = createAgent();
  instance = 'one';
  const running = Promise.all([reporter.run(stop.signal), probe.run(stop.signal)]);
  book.record('cart');
  await vi.waitFor(() => expect(acceptedNames()).toEqual(['cart']));
  instance = 'two';
  await vi.waitFor(() => expect(acceptedNames()).toEqual(['cart', 'cart']));
  stop.abort();
  await running;
});

test('while the mapper is away everything is kept, and reported when it is back', async () => {
  const { book, reporter, events } = createAgent();
  const at = port();
  await close();
  const running = reporter.run(stop.signal);
  book.record('cart');
  await vi.waitFor(() => expect(events.onTrouble).toHaveBeenCalledTimes(1));
  book.record('ads');
  await listen(at);
  await vi.waitFor(() => expect(acceptedNames().toSorted()).toEqual(['ads', 'cart']));
  await vi.waitFor(() => expect(events.onRecovered).toHaveBeenCalledTimes(1));
  expect(events.onTrouble).toHaveBeenCalledTimes(1);
  stop.abort();
  await running;
});

test('a mapper that answers false took nothing: it is told again', async () => {
  let refusals = 2;
  answer = () => ({ status: 200, accepted: refusals-- <= 0 });
  const { book, reporter, events } = createAgent();
  const running = reporter.run(stop.signal);
  book.record('cart');
  await vi.waitFor(() => expect(events.onReported).toHaveBeenCalledWith('names', 1));
  expect(acceptedNames()).toEqual(['cart', 'cart', 'cart']);
  stop.abort();
  await running;
});

test('a mapper that does not know the additions is told without them at once, and from then on', async () => {
  answer = ({ extended }) => (extended ? { status: 422 } : { status: 200, accepted: true });
  const { book, reporter } = createAgent();
  const running = reporter.run(stop.signal);
  book.record('cart');
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  book.record('ads');
  await vi.waitFor(() => expect(asked).toHaveLength(3));
  expect(asked.map(({ extended }) => extended)).toEqual([true, false, false]);
  stop.abort();
  await running;
});

test('large reports are compressed once the mapper has shown that it knows the additions', async () => {
  const { book, reporter } = createAgent();
  const running = reporter.run(stop.signal);
  book.record('cart');
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  for (let index = 0; index < 500; index++) book.record(`server-${index}`);
  await vi.waitFor(() => expect(acceptedNames()).toHaveLength(501));
  expect(asked.map(({ compressed }) => compressed)).toEqual([false, true]);
  stop.abort();
  await running;
});

test('one sighting that the mapper refuses does not keep the others', async () => {
  answer = ({ names = [] }) => (names.includes('poison') ? { status: 400 } : { status: 200, accepted: true });
  const { book, reporter, events } = createAgent();
  for (const name of ['a', 'b', 'poison', 'c', 'd']) book.record(name);
  const running = reporter.run(stop.signal);
  await vi.waitFor(() => expect(events.onRejected).toHaveBeenCalledTimes(1));
  await vi.waitFor(() => expect(book.waiting).toBe(0));
  expect(events.onReported).toHaveBeenCalled();
  const taken = vi.mocked(events.onReported).mock.calls.reduce((sum, [, sightings]) => sum + sightings, 0);
  expect(taken).toBe(4);
  stop.abort();
  await running;
});

test('told to stop, it reports what it holds, without waiting for its turn', async () => {
  const { book, reporter } = createAgent({ interval: 60_000 });
  const running = reporter.run(stop.signal);
  book.record('cart');
  stop.abort();
  await running;
  expect(acceptedNames()).toEqual(['cart']);
});

test('told to stop while the mapper hangs, it ends all the same', async () => {
  answer = () => 'never';
  const { book, reporter } = createAgent({ timeout: 60_000 });
  book.record('cart');
  const running = reporter.run(stop.signal);
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  stop.abort();
  await running;
  expect(book.waiting).toBe(1);
});

test('a slow mapper has one request at a time', async () => {
  let open = 0;
  let most = 0;
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response) => {
    most = Math.max(most, ++open);
    void readAsked(request).then(one => {
      asked.push(one);
      setTimeout(() => {
        open--;
        response.writeHead(200).end(JSON.stringify({ data: { reportCaptureResults: true } }));
      }, 30);
    });
  });
  const { book, reporter } = createAgent({ interval: 1 });
  const running = reporter.run(stop.signal);
  for (let index = 0; index < 10; index++) {
    book.record(`server-${index}`);
    await vi.waitFor(() => expect(acceptedNames()).toContain(`server-${index}`));
  }
  expect(most).toBe(1);
  stop.abort();
  await running;
});
