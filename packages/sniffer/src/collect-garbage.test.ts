import { expect, test } from 'vitest';
import { createGarbageCollection } from './collect-garbage.ts';

/** Runs the collection for as many looks as there are shares of CPU; at which looks it collected. */
async function collectedAt(shares: readonly number[]): Promise<readonly number[]> {
  let cpu = 0;
  let look = 0;
  const collected: number[] = [];
  const stop = new AbortController();
  const collection = createGarbageCollection({
    cpu: () => {
      if (look === shares.length) stop.abort();
      cpu += shares[look++ - 1] ?? 0;
      return cpu;
    },
    collect: () => {
      collected.push(look - 1);
    },
    interval: 1,
  });
  await collection.run(stop.signal);
  return collected;
}

test('after a burst memory is given back at once, and again when the burst is forgotten', async () => {
  const calm = Array<number>(12).fill(0.01);
  expect(await collectedAt([0.01, 0.5, 0.9, ...calm])).toEqual([4, 8]);
});

test('a process that is always busy, or never, is left alone', async () => {
  expect(await collectedAt(Array<number>(30).fill(0.5))).toEqual([]);
  expect(await collectedAt(Array<number>(30).fill(0.05))).toEqual([]);
});
