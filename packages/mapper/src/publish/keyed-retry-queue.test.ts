import { expect, test } from 'vitest';
import { KeyedRetryQueue, type KeyedRetryQueueOptions } from './keyed-retry-queue.ts';

const never = new AbortController().signal;

/** Work whose pieces end when the test says so, and a clock that the test moves. */
function stage({ parallel = 10, again }: { readonly parallel?: number; readonly again?: number } = {}) {
  const clock = { now: 0 };
  const begun: string[] = [];
  const failed: [key: string, failures: number][] = [];
  const ends = new Map<string, { readonly done: () => void; readonly fail: () => void }>();
  const options: KeyedRetryQueueOptions = {
    now: () => clock.now,
    parallel,
    longestWait: 4_000,
    work: key => {
      begun.push(key);
      const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
      ends.set(key, { done: () => resolve(again), fail: () => reject(new Error(key)) });
      return promise;
    },
    failed: (key, _error, failures) => failed.push([key, failures]),
    random: () => 1, // The longest waits that there are.
  };
  const work = new KeyedRetryQueue(options);
  const end = async (key: string, how: 'done' | 'fail') => {
    ends.get(key)?.[how]();
    await new Promise(setImmediate);
  };
  /** What begins when the clock says `now`. */
  const at = (now: number): readonly string[] => {
    clock.now = now;
    begun.length = 0;
    work.runDue(never);
    return [...begun];
  };
  return { work, begun, failed, end, at };
}

test('only so much is done at once; the rest follows without waiting for another run', async () => {
  const { work, begun, end, at } = stage({ parallel: 2 });
  for (const key of ['a', 'b', 'c']) work.enqueue(key);
  expect(at(0)).toEqual(['a', 'b']);
  await end('a', 'done');
  expect(begun).toEqual(['a', 'b', 'c']);
});

test('what is enqueued while it is being done is done once more, and never twice at the same time', async () => {
  const { work, begun, end, at } = stage();
  work.enqueue('a');
  at(0);
  work.enqueue('a');
  work.enqueue('a');
  expect(at(0)).toEqual([]);
  await end('a', 'done');
  expect(begun).toEqual(['a']);
  await end('a', 'done');
  expect(at(1_000_000)).toEqual([]);
});

test('what says when it is due again is done again then', async () => {
  const { work, end, at } = stage({ again: 500 });
  work.enqueue('a');
  at(0);
  await end('a', 'done');
  expect(at(499)).toEqual([]);
  expect(at(500)).toEqual(['a']);
});

test('what fails waits twice as long each time, up to a limit, also when it is enqueued again; success forgets that', async () => {
  const { work, failed, end, at } = stage();
  work.enqueue('a');
  let now = 0;
  at(now);
  for (const wait of [1_000, 2_000, 4_000, 4_000]) {
    await end('a', 'fail');
    work.enqueue('a');
    expect(at(now + wait - 1)).toEqual([]);
    expect(at((now += wait))).toEqual(['a']);
  }
  expect(failed).toEqual([1, 2, 3, 4].map(failures => ['a', failures]));
  await end('a', 'done');
  work.enqueue('a');
  expect(at(now)).toEqual(['a']);
});

test('what is dropped is not tried again, and its failure is not reported', async () => {
  const { work, failed, end, at } = stage();
  work.enqueue('a');
  at(0);
  work.drop('a');
  await end('a', 'fail');
  expect(failed).toEqual([]);
  expect(at(1_000_000)).toEqual([]);
});

test('a signal that aborts is no failure', async () => {
  const stop = new AbortController();
  const failures: string[] = [];
  const work = new KeyedRetryQueue({
    now: () => 0,
    parallel: 1,
    longestWait: 1_000,
    work: (_key, signal) =>
      new Promise((_, refuse) => signal.addEventListener('abort', () => refuse(new Error('stopped')))),
    failed: key => failures.push(key),
  });
  work.enqueue('a');
  work.runDue(stop.signal);
  stop.abort();
  await work.drained();
  expect(failures).toEqual([]);
});
