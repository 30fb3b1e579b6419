import { expect, test } from 'vitest';
import { Book } from './book.ts';

interface Talk {
  readonly to: string;
  readonly times: number;
  readonly accepted?: boolean;
}

const refresh = 60_000;

function talks(capacity = 100): Book<Talk> {
  return new Book<Talk>({
    capacity,
    refresh,
    remember: 600_000,
    mostRemembered: 50,
    kind: {
      key: talk => talk.to,
      merge: (known, seen) => ({ ...known, ...seen, times: known.times + seen.times }),
      isNews: (told, seen) => seen.accepted === true && told.accepted !== true,
      saysLittle: talk => talk.accepted === false,
      pack: ({ times, accepted }) => JSON.stringify({ times, accepted }),
      unpack: (to, packed) => ({ to, ...(JSON.parse(packed) as Omit<Talk, 'to'>) }),
    },
  });
}

function takeAll(book: Book<Talk>, now: number): readonly Talk[] {
  const batch = book.take({ now, limit: 1000 });
  batch?.kept(now);
  return batch?.sightings ?? [];
}

test('what was told is told again to a mapper that knows nothing', () => {
  const book = talks();
  book.record({ to: 'cart', times: 1 });
  book.record({ to: 'ads', times: 1 });
  takeAll(book, 0);
  book.record({ to: 'cart', times: 2 });
  book.retell();
  expect(takeAll(book, 300_000)).toEqual([
    { to: 'cart', times: 3 },
    { to: 'ads', times: 1 },
  ]);
  expect(takeAll(book, 300_001)).toEqual([]);
});

test('what a mapper was told that is no more waits, is told in batches, and merges with what is seen meanwhile', () => {
  const book = talks();
  for (let index = 0; index < 5; index++) book.record({ to: `s${index}`, times: 1 });
  takeAll(book, 0);
  book.retell();
  book.retell();
  expect([book.size, book.waiting]).toEqual([5, 5]);
  const batch = book.take({ now: 1000, limit: 2 });
  expect(batch?.sightings.map(({ to }) => to)).toEqual(['s0', 's1']);
  batch?.returned();
  book.record({ to: 's4', times: 7 });
  expect(takeAll(book, 2000)).toEqual([0, 1, 4, 2, 3].map(index => ({ to: `s${index}`, times: index === 4 ? 8 : 1 })));
  expect(book.waiting).toBe(0);
});

test('what a mapper was told that is no more leaves before what no mapper was told, and counts as lost', () => {
  const book = talks(3);
  for (const to of ['a', 'b', 'c']) book.record({ to, times: 1 });
  takeAll(book, 0);
  book.retell();
  book.record({ to: 'new', times: 1 });
  expect(book.evicted).toBe(1);
  expect(takeAll(book, 1).map(({ to }) => to)).toEqual(['new', 'b', 'c']);
});

test('what is new is due at once, merged', () => {
  const book = talks();
  book.record({ to: 'cart', times: 1 });
  book.record({ to: 'ads', times: 1 });
  book.record({ to: 'cart', times: 2 });
  expect(takeAll(book, 0)).toEqual([
    { to: 'cart', times: 3 },
    { to: 'ads', times: 1 },
  ]);
  expect(takeAll(book, 1000)).toEqual([]);
});

test('what lasts is due once a minute, with what came meanwhile', () => {
  const book = talks();
  book.record({ to: 'cart', times: 1 });
  takeAll(book, 0);
  for (let now = 1000; now < refresh; now += 1000) {
    book.record({ to: 'cart', times: 1 });
    expect(takeAll(book, now)).toEqual([]);
  }
  expect(takeAll(book, refresh)).toEqual([{ to: 'cart', times: 59 }]);
});

test('what ended is not told again, and remembered only for a mapper that may be replaced', () => {
  const book = talks();
  book.record({ to: 'cart', times: 1 });
  takeAll(book, 0);
  expect(takeAll(book, refresh)).toEqual([]);
  expect(book.size).toBe(1);
  expect(takeAll(book, 600_000)).toEqual([]);
  expect(book.size).toBe(0);
});

test('of much that ended, the latest is remembered; what may last still is not forgotten', () => {
  const book = talks();
  for (let index = 0; index < 60; index++) {
    book.record({ to: `s${index}`, times: 1 });
    takeAll(book, index);
  }
  expect(takeAll(book, 2 * refresh - 1)).toEqual([]);
  expect(book.size).toBe(60);
  expect(takeAll(book, 2 * refresh + 60)).toEqual([]);
  expect(book.size).toBe(50);
  book.retell();
  expect(takeAll(book, 300_000)[0]).toEqual({ to: 's10', times: 1 });
});

test('news about what was told already is due at once', () => {
  const book = talks();
  book.record({ to: 'cart', times: 1, accepted: false });
  takeAll(book, 0);
  book.record({ to: 'cart', times: 1, accepted: true });
  expect(takeAll(book, 1000)).toEqual([{ to: 'cart', times: 1, accepted: true }]);
});

test('a batch that did not arrive is due again, merged with what was seen meanwhile', () => {
  const book = talks();
  book.record({ to: 'cart', times: 1 });
  const batch = book.take({ now: 0, limit: 10 });
  book.record({ to: 'cart', times: 5 });
  expect(book.take({ now: 0, limit: 10 })).toBeUndefined();
  batch?.returned();
  expect(takeAll(book, 1000)).toEqual([{ to: 'cart', times: 6 }]);
});

test('what is seen while a batch is under way is due after it', () => {
  const book = talks();
  book.record({ to: 'cart', times: 1 });
  const batch = book.take({ now: 0, limit: 10 });
  book.record({ to: 'cart', times: 5 });
  batch?.kept(0);
  expect(takeAll(book, 1000)).toEqual([]);
  expect(takeAll(book, refresh)).toEqual([{ to: 'cart', times: 5 }]);
});

test('batches are as long as asked for, and nothing is in two of them', () => {
  const book = talks();
  for (let index = 0; index < 5; index++) book.record({ to: `s${index}`, times: 1 });
  const lengths = [2, 2, 2].map(limit => book.take({ now: 0, limit })?.sightings.length);
  expect(lengths).toEqual([2, 2, 1]);
  expect(book.take({ now: 0, limit: 2 })).toBeUndefined();
});

test('at the end everything is due, also what only lasts', () => {
  const book = talks();
  book.record({ to: 'cart', times: 1 });
  takeAll(book, 0);
  book.record({ to: 'cart', times: 1 });
  expect(book.take({ now: 1000, limit: 10, all: true })?.sightings).toEqual([{ to: 'cart', times: 1 }]);
});

test('when there is no room, what was told goes first, then attempts, then the oldest; only what was not told counts as lost', () => {
  const book = talks(3);
  book.record({ to: 'told', times: 1 });
  takeAll(book, 0);
  book.record({ to: 'oldest', times: 1 });
  book.record({ to: 'attempt', times: 1, accepted: false });
  book.record({ to: 'a', times: 1 });
  expect(book.evicted).toBe(0);
  book.record({ to: 'b', times: 1 });
  expect(book.evicted).toBe(1);
  book.record({ to: 'c', times: 1 });
  expect(book.evicted).toBe(2);
  expect(takeAll(book, 1).map(({ to }) => to)).toEqual(['a', 'b', 'c']);
});

test('an hour without a mapper costs room for what differs, not for what repeats', () => {
  const book = talks();
  for (let second = 0; second < 3600; second++) {
    for (let index = 0; index < 50; index++) book.record({ to: `s${index}`, times: 1 });
    book.take({ now: second * 1000, limit: 1000 })?.returned();
  }
  expect(book.size).toBe(50);
  expect(book.evicted).toBe(0);
  expect(takeAll(book, 3_600_000)[0]).toEqual({ to: 's0', times: 3600 });
});
