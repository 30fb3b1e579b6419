import type { Sighting } from '@network-mapper/model';
import { expect, test } from 'vitest';
import { Book, type Batch } from './book.ts';

interface Talk {
  readonly to: string;
  readonly times: number;
  readonly accepted?: boolean;
}

const refresh = 60_000;

/** A book that is written and read in talks. */
class Talks {
  readonly book: Book;

  constructor(capacity = 100) {
    this.book = new Book({ capacity, refresh, rememberFor: 600_000, maxRemembered: 50 });
  }

  record({ to, times, accepted }: Talk): void {
    this.book.record({
      evidence: 'TCP',
      client: { kind: 'address', ip: '10.0.0.1' },
      server: { kind: 'address', ip: to, port: 80 },
      firstAt: 0,
      at: 0,
      count: times,
      detail: { kind: 'connection', protocol: 'TCP', accepted, sourcePorts: [40_000] },
    });
  }

  take(limit: number): Batch | undefined {
    return this.book.take({ now: 0, limit });
  }

  /** Takes and acknowledges all that is due. */
  takeAll(now: number): readonly Talk[] {
    const batch = this.book.take({ now, limit: 1000 });
    batch?.acknowledge(now);
    return talksOf(batch);
  }
}

function talksOf(batch: Batch | undefined): readonly Talk[] {
  return (batch?.sightings ?? []).map(({ server, count: times, detail }: Sighting) => ({
    to: server.kind === 'address' ? server.ip : '',
    times,
    ...(detail.kind === 'connection' && detail.accepted !== undefined ? { accepted: detail.accepted } : {}),
  }));
}

test('what was acknowledged is reported again to a mapper that knows nothing', () => {
  const talks = new Talks();
  talks.record({ to: 'cart', times: 1 });
  talks.record({ to: 'ads', times: 1 });
  talks.takeAll(0);
  talks.record({ to: 'cart', times: 2 });
  talks.book.requeueAll();
  expect(talks.takeAll(300_000)).toEqual([
    { to: 'cart', times: 3 },
    { to: 'ads', times: 1 },
  ]);
  expect(talks.takeAll(300_001)).toEqual([]);
});

test('what a mapper acknowledged that is no more waits, is reported in batches, and merges with what is seen meanwhile', () => {
  const talks = new Talks();
  for (let index = 0; index < 5; index++) talks.record({ to: `s${index}`, times: 1 });
  talks.takeAll(0);
  talks.book.requeueAll();
  talks.book.requeueAll();
  expect([talks.book.size, talks.book.unacknowledged]).toEqual([5, 5]);
  const batch = talks.book.take({ now: 1000, limit: 2 });
  expect(talksOf(batch).map(({ to }) => to)).toEqual(['s0', 's1']);
  batch?.release();
  talks.record({ to: 's4', times: 7 });
  expect(talks.takeAll(2000)).toEqual([0, 1, 4, 2, 3].map(index => ({ to: `s${index}`, times: index === 4 ? 8 : 1 })));
  expect(talks.book.unacknowledged).toBe(0);
});

test('what a mapper acknowledged that is no more leaves before what is new, and counts as evicted', () => {
  const talks = new Talks(3);
  for (const to of ['a', 'b', 'c']) talks.record({ to, times: 1 });
  talks.takeAll(0);
  talks.book.requeueAll();
  talks.record({ to: 'new', times: 1 });
  expect(talks.book.evicted).toBe(1);
  expect(talks.takeAll(1).map(({ to }) => to)).toEqual(['new', 'b', 'c']);
});

test('what is new is due at once, merged', () => {
  const talks = new Talks();
  talks.record({ to: 'cart', times: 1 });
  talks.record({ to: 'ads', times: 1 });
  talks.record({ to: 'cart', times: 2 });
  expect(talks.takeAll(0)).toEqual([
    { to: 'cart', times: 3 },
    { to: 'ads', times: 1 },
  ]);
  expect(talks.takeAll(1000)).toEqual([]);
});

test('what lasts is due once a minute, with what came meanwhile', () => {
  const talks = new Talks();
  talks.record({ to: 'cart', times: 1 });
  talks.takeAll(0);
  for (let now = 1000; now < refresh; now += 1000) {
    talks.record({ to: 'cart', times: 1 });
    expect(talks.takeAll(now)).toEqual([]);
  }
  expect(talks.takeAll(refresh)).toEqual([{ to: 'cart', times: 59 }]);
});

test('what ended is not reported again, and remembered only for a mapper that may be replaced', () => {
  const talks = new Talks();
  talks.record({ to: 'cart', times: 1 });
  talks.takeAll(0);
  expect(talks.takeAll(refresh)).toEqual([]);
  expect(talks.book.size).toBe(1);
  expect(talks.takeAll(600_000)).toEqual([]);
  expect(talks.book.size).toBe(0);
});

test('of much that ended, the latest is remembered; what may last still is not forgotten', () => {
  const talks = new Talks();
  for (let index = 0; index < 60; index++) {
    talks.record({ to: `s${index}`, times: 1 });
    talks.takeAll(index);
  }
  expect(talks.takeAll(2 * refresh - 1)).toEqual([]);
  expect(talks.book.size).toBe(60);
  expect(talks.takeAll(2 * refresh + 60)).toEqual([]);
  expect(talks.book.size).toBe(50);
  talks.book.requeueAll();
  expect(talks.takeAll(300_000)[0]).toEqual({ to: 's10', times: 1 });
});

test('what says more than was acknowledged is due at once', () => {
  const talks = new Talks();
  talks.record({ to: 'cart', times: 1, accepted: false });
  talks.takeAll(0);
  talks.record({ to: 'cart', times: 1, accepted: true });
  expect(talks.takeAll(1000)).toEqual([{ to: 'cart', times: 1, accepted: true }]);
});

test('a batch that did not arrive is due again, merged with what was seen meanwhile', () => {
  const talks = new Talks();
  talks.record({ to: 'cart', times: 1 });
  const batch = talks.book.take({ now: 0, limit: 10 });
  talks.record({ to: 'cart', times: 5 });
  expect(talks.book.take({ now: 0, limit: 10 })).toBeUndefined();
  batch?.release();
  expect(talks.takeAll(1000)).toEqual([{ to: 'cart', times: 6 }]);
});

test('what is seen while a batch is under way is due after it', () => {
  const talks = new Talks();
  talks.record({ to: 'cart', times: 1 });
  const batch = talks.book.take({ now: 0, limit: 10 });
  talks.record({ to: 'cart', times: 5 });
  batch?.acknowledge(0);
  expect(talks.takeAll(1000)).toEqual([]);
  expect(talks.takeAll(refresh)).toEqual([{ to: 'cart', times: 5 }]);
});

test('batches are as long as asked for, and nothing is in two of them', () => {
  const talks = new Talks();
  for (let index = 0; index < 5; index++) talks.record({ to: `s${index}`, times: 1 });
  const lengths = [2, 2, 2].map(limit => talks.book.take({ now: 0, limit })?.sightings.length);
  expect(lengths).toEqual([2, 2, 1]);
  expect(talks.book.take({ now: 0, limit: 2 })).toBeUndefined();
});

test('at the end everything is due, also what only lasts', () => {
  const talks = new Talks();
  talks.record({ to: 'cart', times: 1 });
  talks.takeAll(0);
  talks.record({ to: 'cart', times: 1 });
  expect(talksOf(talks.book.take({ now: 1000, limit: 10, all: true }))).toEqual([{ to: 'cart', times: 1 }]);
});

test('when there is no room, what was acknowledged goes first, then attempts, then the oldest; only the latter count as evicted', () => {
  const talks = new Talks(3);
  talks.record({ to: 'reported', times: 1 });
  talks.takeAll(0);
  talks.record({ to: 'oldest', times: 1 });
  talks.record({ to: 'attempt', times: 1, accepted: false });
  talks.record({ to: 'a', times: 1 });
  expect(talks.book.evicted).toBe(0);
  talks.record({ to: 'b', times: 1 });
  expect(talks.book.evicted).toBe(1);
  talks.record({ to: 'c', times: 1 });
  expect(talks.book.evicted).toBe(2);
  expect(talks.takeAll(1).map(({ to }) => to)).toEqual(['a', 'b', 'c']);
});

test('an hour without a mapper costs room for what differs, not for what repeats', () => {
  const talks = new Talks();
  for (let second = 0; second < 3600; second++) {
    for (let index = 0; index < 50; index++) talks.record({ to: `s${index}`, times: 1 });
    talks.book.take({ now: second * 1000, limit: 1000 })?.release();
  }
  expect(talks.book.size).toBe(50);
  expect(talks.book.evicted).toBe(0);
  expect(talks.takeAll(3_600_000)[0]).toEqual({ to: 's0', times: 3600 });
});

test('what was under way when the mapper was replaced is reported again, with what was acknowledged before', () => {
  const talks = new Talks();
  talks.record({ to: 'cart', times: 1 });
  talks.takeAll(0);
  talks.record({ to: 'cart', times: 2 });
  talks.record({ to: 'ads', times: 1 });
  const batch = talks.book.take({ now: refresh, limit: 10 });
  talks.book.requeueAll();
  batch?.acknowledge(refresh);
  expect(talks.takeAll(refresh).toSorted((a, b) => (a.to < b.to ? -1 : 1))).toEqual([
    { to: 'ads', times: 1 },
    { to: 'cart', times: 3 },
  ]);
});
