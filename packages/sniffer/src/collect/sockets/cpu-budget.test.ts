import { expect, test } from 'vitest';
import { CpuBudget } from './cpu-budget.ts';

const { signal } = new AbortController();

/** Keeps the processor busy. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** A budget that writes down its rests, in milliseconds, instead of resting. */
class Bench {
  readonly rests: number[] = [];
  readonly budget: CpuBudget;

  constructor(share: number) {
    this.budget = new CpuBudget(share, milliseconds => {
      this.rests.push(milliseconds);
      return Promise.resolve(true);
    });
  }
}

test('after a scan it rests as long as its share asks for', async () => {
  const { budget, rests } = new Bench(0.1);
  budget.step(() => work(30));
  await budget.restAfterScan(0, signal);
  expect(budget.cost).toBeGreaterThanOrEqual(30);
  expect(rests).toEqual([expect.closeTo(9 * budget.cost, 3)]);
});

test('a cheap scan rests the shortest time', async () => {
  const { budget, rests } = new Bench(0.5);
  await budget.restAfterScan(5000, signal);
  expect(rests).toEqual([5000]);
});

test('the first scan goes on without a rest, later ones rest on the way', async () => {
  const { budget, rests } = new Bench(0.2);
  budget.step(() => work(40));
  await budget.restIfOverBudget(signal);
  expect(rests).toEqual([]);
  await budget.restAfterScan(0, signal);
  budget.step(() => work(40));
  await budget.restIfOverBudget(signal);
  expect(rests[1]).toBeGreaterThanOrEqual(4 * 40);
});

test('a first scan that takes long rests as well', async () => {
  const { budget, rests } = new Bench(0.5);
  budget.step(() => work(510));
  await budget.restIfOverBudget(signal);
  expect(rests[0]).toBeGreaterThanOrEqual(500);
});

test('when it is to stop, it does not rest', async () => {
  const stop = new AbortController();
  const budget = new CpuBudget(0.001);
  budget.step(() => work(30));
  stop.abort();
  expect(await budget.restAfterScan(60_000, stop.signal)).toBe(false);
});
