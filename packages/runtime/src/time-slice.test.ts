import { expect, test } from 'vitest';
import { TimeSlice } from './time-slice.ts';

/** Keeps the processor busy. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('others have their turn during long work', async () => {
  let turns = 0;
  const others = setInterval(() => turns++, 1);
  const slice = new TimeSlice({ length: 5 });
  for (let step = 0; step < 30; step++) {
    work(2);
    if (slice.isOver()) await slice.next();
  }
  clearInterval(others);
  expect(turns).toBeGreaterThan(3);
});

test('many that work at the same time do not make a turn of the event loop longer', async () => {
  let [steps, most, isDone] = [0, 0, false];
  const others = (): void => {
    most = Math.max(most, steps);
    steps = 0;
    if (!isDone) setImmediate(others);
  };
  others();
  const busy = async (): Promise<void> => {
    const slice = new TimeSlice();
    for (let step = 0; step < 10; step++) {
      await slice.next();
      work(5);
      steps++;
    }
  };
  await Promise.all(Array.from({ length: 50 }, busy));
  isDone = true;
  // They share 10 ms; all fifty together would take fifty steps at a time.
  expect(most).toBeLessThanOrEqual(3);
});

test('a slice is not over before its time, and the clock is looked at as often as asked for', () => {
  const slice = new TimeSlice({ length: 1, stride: 3 });
  work(2);
  expect([slice.isOver(), slice.isOver(), slice.isOver()]).toEqual([false, false, true]);
  expect(new TimeSlice({ length: 60_000 }).isOver()).toBe(false);
});
