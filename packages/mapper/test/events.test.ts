import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { closeServer, listen } from '@network-mapper/runtime';
import { expect, onTestFinished, test, vi } from 'vitest';
import { report } from './reports.ts';
import { startSmallCluster, type SmallCluster } from './small-cluster.ts';

const soon = <T>(expectation: () => T) => vi.waitFor(expectation, 60_000);

interface Event {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly [attribute: string]: unknown;
}

interface Received {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly event: Event;
}

interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** The status that a post is answered with; 204 unless given. */
  answer: (event: Event) => number;
  /** Of answers other than 204. */
  retryAfter: string | undefined;
}

async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    void text(request).then(body => {
      const event = JSON.parse(body) as Event;
      const status = receiver.answer(event);
      if (status === 204) receiver.received.push({ headers: request.headers, body, event });
      const { retryAfter } = receiver;
      response.writeHead(status, retryAfter === undefined || status === 204 ? {} : { 'retry-after': retryAfter }).end();
    });
  });
  const port = await listen(server, { name: 'a receiver of events', port: 0, host: '127.0.0.1' });
  onTestFinished(() => closeServer(server));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/events`,
    received: [],
    answer: () => 204,
    retryAfter: undefined,
  };
  return receiver;
}

async function startPosting(
  env: Readonly<Record<string, string>> = {},
): Promise<SmallCluster & { receiver: Receiver }> {
  const receiver = await startReceiver();
  const cluster = await startSmallCluster({
    env: { OTTERIZE_EVENTS_URL: receiver.url, OTTERIZE_EVENTS_INTERVAL: '50ms', ...env },
  });
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  return { ...cluster, receiver };
}

const call = ({ running }: SmallCluster) =>
  report(running, 'tcp', {
    srcIp: '10.0.0.1',
    destinations: [{ destination: '10.0.0.2', destinationIP: '10.0.0.2', destinationPort: 80 }],
  });

const lookUp = ({ running }: SmallCluster, ...names: readonly string[]) =>
  report(running, 'dns', {
    srcIp: '10.0.0.1',
    destinations: names.map(destination => ({ destination, destinationIP: '198.51.100.7', TTL: 60 })),
  });

const posted = ({ received }: Receiver) => received.map(({ event: { type, subject } }) => `${type}: ${subject}`);

test('a new edge, a new name outside and an edge that is gone are CloudEvents, each once', async () => {
  const posting = await startPosting();
  const { receiver } = posting;
  await call(posting);
  await lookUp(posting, 'api.example.com');
  const come = [
    'network-mapper.edge.added: shop/web -> api.example.com',
    'network-mapper.edge.added: shop/web -> shop/cart',
    'network-mapper.outside-name.added: api.example.com',
  ];
  await soon(() => expect(posted(receiver).sort()).toEqual(come));
  const edge = receiver.received.find(({ event }) => event.subject === 'shop/web -> shop/cart');
  expect(edge?.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
  expect(edge?.headers).not.toHaveProperty('webhook-signature');
  expect(edge?.event).toMatchObject({
    specversion: '1.0',
    source: '/network-mapper/outside',
    time: '2024-01-01T12:00:00.000Z',
    datacontenttype: 'application/json',
    data: {
      kind: 'intent',
      client: { namespace: 'shop', name: 'web' },
      server: { namespace: 'shop', name: 'cart' },
      type: null,
      ports: [80],
      count: 1,
    },
  });
  await call(posting);
  await lookUp(posting, 'api.example.com');
  await posting.running.ask('mutation { resetCapture }');
  await soon(() => expect(posted(receiver)).toContain('network-mapper.edge.removed: shop/web -> shop/cart'));
  expect(receiver.received).toHaveLength(4);
  expect(new Set(receiver.received.map(({ event }) => event.id)).size).toBe(4);
});

test('a receiver that fails half of the time loses nothing, and what it took does not come again', async () => {
  const posting = await startPosting();
  const { receiver } = posting;
  let posts = 0;
  receiver.answer = () => (posts++ % 2 === 0 ? 500 : 204);
  const names = Array.from({ length: 40 }, (_, at) => `name-${at}.example.com`);
  await lookUp(posting, ...names);
  await soon(() => expect(receiver.received).toHaveLength(80));
  expect(new Set(posted(receiver)).size).toBe(80);
});

test.each([
  ['seconds', () => '4'],
  ['a date', () => new Date(Date.now() + 5_000).toUTCString()],
])('a receiver that says when to come again, in %s, is left alone until then', async (_, retryAfter) => {
  const posting = await startPosting();
  const { receiver } = posting;
  const posts: number[] = [];
  receiver.answer = () => {
    receiver.retryAfter = retryAfter();
    return posts.push(performance.now()) === 1 ? 429 : 204;
  };
  await lookUp(posting, 'api.example.com');
  await soon(() => expect(receiver.received).toHaveLength(2));
  const [refused = 0, next = 0] = posts;
  expect(next - refused).toBeGreaterThan(3_500);
});

test('an event that its receiver never takes is given up and counted, and holds up no other', async () => {
  const posting = await startPosting();
  const { receiver, running } = posting;
  receiver.answer = ({ subject }) => (subject.includes('poison') ? 422 : 204);
  await lookUp(posting, 'poison.example.com', 'good.example.com');
  await soon(() => expect(posted(receiver)).toContain('network-mapper.edge.added: shop/web -> good.example.com'));
  await vi.waitFor(async () => expect(await running.metrics()).toContain('mapper_events_refused_total 2'), 60_000);
  await lookUp(posting, 'later.example.com');
  await soon(() => expect(posted(receiver)).toContain('network-mapper.outside-name.added: later.example.com'));
});

test('with a secret a post is signed so that a change of it, of its id or of its time is noticed', async () => {
  const posting = await startPosting({ OTTERIZE_EVENTS_SECRET: 'shared' });
  const { receiver } = posting;
  await call(posting);
  await soon(() => expect(receiver.received).toHaveLength(1));
  const [post] = receiver.received;
  const { headers = {}, body = '' }: Partial<Received> = post ?? {};
  expect(headers['webhook-id']).toBe(post?.event.id);
  expect(headers['webhook-timestamp']).toBe(String(posting.running.clock.now / 1000));
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const signature = createHmac('sha256', 'shared').update(signed).digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${signature}`);
});

test('only what is asked for is posted: some namespaces, some kinds', async () => {
  const elsewhere = await startPosting({ OTTERIZE_EVENTS_NAMESPACES: 'other' });
  const names = await startPosting({ OTTERIZE_EVENTS_KINDS: 'outside-name-added', OTTERIZE_EVENTS_NAMESPACES: 'shop' });
  for (const posting of [elsewhere, names]) {
    await call(posting);
    await lookUp(posting, 'api.example.com');
  }
  await soon(() => expect(posted(names.receiver)).toEqual(['network-mapper.outside-name.added: api.example.com']));
  await elsewhere[Symbol.asyncDispose]();
  expect(elsewhere.receiver.received).toEqual([]);
});
