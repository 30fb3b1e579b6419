import { operations, toWire } from '@network-mapper/api';
import { pause, runAll, type Runnable } from '@network-mapper/runtime';
import { afterEach, beforeEach, expect, test, vi, type Mock } from 'vitest';
import { Alarm } from '../src/alarm.ts';
import { Book } from '../src/book.ts';
import { Channel } from '../src/channel.ts';
import { MapperLink } from '../src/link/mapper-link.ts';
import { createRestartDetector } from '../src/link/restart-detector.ts';
import { createReporter } from '../src/reporter.ts';
import { lookup } from './sightings.ts';
import { TestMapper, type Reply } from './test-mapper.ts';

let mapper: TestMapper;
let stop: AbortController;
let running: Promise<unknown> | undefined;

beforeEach(async () => {
  mapper = new TestMapper();
  stop = new AbortController();
  running = undefined;
  await mapper.up();
});

afterEach(async () => {
  stop.abort();
  await running;
  await mapper.down();
});

interface Agent {
  readonly book: Book;
  readonly reporter: Runnable;
  readonly detector: Runnable;
  readonly events: Readonly<Record<'onReported' | 'onRejected' | 'onTrouble' | 'onRecovered', Mock>>;
}

function createAgent({ timeout = 5000, interval = 10, maxBackoff = 50, answerTimeout = 10_000 } = {}): Agent {
  const book = new Book({ capacity: 10_000, refresh: 60_000, rememberFor: 600_000, maxRemembered: 10_000 });
  const clock = (): number => performance.now();
  const alarm = new Alarm();
  const link = new MapperLink({
    url: mapper.url,
    timeout,
    answerTimeout,
    clock,
    onReplaced: () => {
      book.requeueAll();
      alarm.ring();
    },
    onBack: () => alarm.ring(),
  });
  const events = { onReported: vi.fn(), onRejected: vi.fn(), onTrouble: vi.fn(), onRecovered: vi.fn() };
  const channel = new Channel({
    evidence: 'DNS',
    book,
    clock,
    events,
    send: (sightings, signal) =>
      link.report(
        {
          ...operations.reportCaptureResults,
          variables: dialect => toWire('DNS', sightings, { dialect, now: Date.now() }),
        },
        signal,
      ),
  });
  const reporter = createReporter({
    channels: [channel],
    interval,
    maxBackoff,
    shutdownTimeout: 200,
    alarm,
    drain: () => undefined,
    events,
  });
  return { book, reporter, events, detector: createRestartDetector({ link, interval: 5 }) };
}

function run(...runnables: readonly Runnable[]): void {
  running = runAll(runnables, stop.signal);
}

test('what was seen reaches the mapper once', async () => {
  const { book, reporter } = createAgent();
  run(reporter);
  book.record(lookup('cart'));
  await expect.poll(() => mapper.reported()).toEqual(['cart']);
  stop.abort();
  await running;
  expect(mapper.reported()).toEqual(['cart']);
});

test.each([
  ['was replaced', 'one', 'two'],
  ['was upgraded from the original', undefined, 'one'],
  ['was changed back to the original', 'one', undefined],
])('a mapper that %s gets all that lasts, even when nothing is new', async (_, before, after) => {
  const { book, reporter, detector } = createAgent();
  mapper.instance = before;
  run(reporter, detector);
  book.record(lookup('cart'));
  await expect.poll(() => mapper.reported()).toEqual(['cart']);
  await expect.poll(() => book.unacknowledged).toBe(0);
  mapper.instance = after;
  await expect.poll(() => mapper.reported()).toEqual(['cart', 'cart']);
});

test('after an upgrade from the original the new mapper gets our additions at once', async () => {
  mapper.answer = ({ extended }) => (extended ? { status: 422 } : { status: 200, result: true });
  const { book, reporter, detector } = createAgent();
  run(reporter, detector);
  book.record(lookup('cart'));
  await expect.poll(() => book.unacknowledged).toBe(0);
  expect(mapper.reports().map(({ extended }) => extended)).toEqual([true, false]);
  mapper.answer = () => ({ status: 200, result: true });
  mapper.instance = 'one';
  await expect.poll(() => mapper.reports().map(({ extended }) => extended)).toEqual([true, false, true]);
});

test('while a report waits on a connection that nobody answers, a new mapper is noticed and gets it', async () => {
  let lost = true;
  mapper.answer = ({ operationName }) =>
    operationName.startsWith('report') && lost ? 'never' : { status: 200, result: true };
  mapper.instance = 'one';
  const { book, reporter, detector } = createAgent({ timeout: 60_000, answerTimeout: 60_000 });
  run(reporter, detector);
  await expect.poll(() => mapper.healthChecks).toBeGreaterThan(0);
  book.record(lookup('cart'));
  await expect.poll(() => mapper.reports()).toHaveLength(1);
  lost = false;
  mapper.instance = 'two';
  await expect.poll(() => book.unacknowledged).toBe(0);
  expect(mapper.reported()).toContain('cart');
});

test('while the mapper is away everything is held, and reported when it is back', async () => {
  const { book, reporter, events } = createAgent();
  await mapper.down();
  run(reporter);
  book.record(lookup('cart'));
  await expect.poll(() => events.onTrouble).toHaveBeenCalledTimes(1);
  book.record(lookup('ads'));
  await mapper.up();
  await expect.poll(() => mapper.reported().toSorted()).toEqual(['ads', 'cart']);
  await expect.poll(() => events.onRecovered).toHaveBeenCalledTimes(1);
  expect(events.onTrouble).toHaveBeenCalledTimes(1);
});

test('a mapper that is back after a long time gets its reports at once, not with the next try', async () => {
  const { book, reporter, detector, events } = createAgent({ interval: 3_600_000, maxBackoff: 3_600_000 });
  await mapper.down();
  book.record(lookup('cart'));
  run(reporter, detector);
  await expect.poll(() => events.onTrouble).toHaveBeenCalledTimes(1);
  await mapper.up();
  await expect.poll(() => mapper.reported()).toEqual(['cart']);
});

test.each<[string, Reply]>([
  ['answers false', { status: 200, result: false }],
  ['answers nothing', { status: 200, body: { data: {} } }],
  ['answers true under another name', { status: 200, body: { data: { reportTCPCaptureResults: true } } }],
  ['answers another thing than true', { status: 200, result: 1 }],
  ['fails', { status: 500 }],
  ['is hidden behind a proxy that refuses', { status: 400, body: '<html>', stranger: true }],
  ['is hidden behind a proxy with a small limit', { status: 413, body: 'too large', stranger: true }],
  ['was exchanged for another server', { status: 422, body: { errors: 'unprocessable' }, stranger: true }],
])('what was seen is held and reported again when the mapper %s', async (_, reply) => {
  let refusals = 2;
  mapper.instance = 'one';
  mapper.answer = () => (refusals-- > 0 ? reply : { status: 200, result: true });
  const { book, reporter, events } = createAgent();
  run(reporter);
  book.record(lookup('cart'));
  await expect.poll(() => events.onReported).toHaveBeenCalledWith('DNS', 1);
  expect(mapper.reported()).toEqual(['cart', 'cart', 'cart']);
  expect(events.onRejected).not.toHaveBeenCalled();
});

test('a mapper that does not know our additions gets reports without them at once, and from then on', async () => {
  mapper.answer = ({ extended }) => (extended ? { status: 422 } : { status: 200, result: true });
  const { book, reporter } = createAgent();
  run(reporter);
  book.record(lookup('cart'));
  await expect.poll(() => mapper.asked).toHaveLength(2);
  book.record(lookup('ads'));
  await expect.poll(() => mapper.asked).toHaveLength(3);
  expect(mapper.asked.map(({ extended }) => extended)).toEqual([true, false, false]);
});

test('large reports are compressed once the mapper has shown that it knows our additions', async () => {
  const { book, reporter } = createAgent();
  run(reporter);
  book.record(lookup('cart'));
  await expect.poll(() => mapper.asked).toHaveLength(1);
  for (let index = 0; index < 500; index++) book.record(lookup(`server-${index}`));
  await expect.poll(() => mapper.reported()).toHaveLength(501);
  expect(mapper.asked.map(({ compressed }) => compressed)).toEqual([false, true]);
});

test('one sighting that the mapper refuses does not hold up the others', async () => {
  mapper.answer = ({ names }) => (names.includes('poison') ? { status: 400 } : { status: 200, result: true });
  const { book, reporter, events } = createAgent();
  for (const name of ['a', 'b', 'poison', 'c', 'd']) book.record(lookup(name));
  run(reporter);
  await expect.poll(() => events.onRejected).toHaveBeenCalledTimes(1);
  await expect.poll(() => book.unacknowledged).toBe(0);
  const taken = events.onReported.mock.calls.reduce((sum, [, sightings]) => sum + Number(sightings), 0);
  expect(taken).toBe(4);
});

test('stopped, it reports what it holds, without waiting for its turn', async () => {
  const { book, reporter } = createAgent({ interval: 60_000 });
  run(reporter);
  book.record(lookup('cart'));
  stop.abort();
  await running;
  expect(mapper.reported()).toEqual(['cart']);
});

test('stopped while the mapper hangs, it ends all the same', async () => {
  mapper.answer = () => 'never';
  const { book, reporter } = createAgent({ timeout: 60_000, answerTimeout: 60_000 });
  book.record(lookup('cart'));
  run(reporter);
  await expect.poll(() => mapper.asked).toHaveLength(1);
  stop.abort();
  await running;
  expect(book.unacknowledged).toBe(1);
});

test('a slow mapper has one request at a time', async () => {
  let open = 0;
  let most = 0;
  mapper.answer = async () => {
    most = Math.max(most, ++open);
    await pause(30, stop.signal);
    open--;
    return { status: 200, result: true };
  };
  const { book, reporter } = createAgent({ interval: 1 });
  run(reporter);
  for (let index = 0; index < 10; index++) {
    book.record(lookup(`server-${index}`));
    await expect.poll(() => mapper.reported()).toContain(`server-${index}`);
  }
  expect(most).toBe(1);
});
