import { expect, test } from 'vitest';
import { ScanPace } from './scan-pace.ts';

/** Keeps the processor busy. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('after a scan it rests as long as its share asks for', async () => {
  const pace = new ScanPace(0.1);
  const { signal } = new AbortController();
  pace.step(() => work(30));
  const start = performance.now();
  expect(await pace.afterScan(0, signal)).toBe(true);
  expect(performance.now() - start).toBeGreaterThan(200);
  expect(pace.cost).toBeGreaterThanOrEqual(29);
});

test('a cheap scan rests the shortest time', async () => {
  const pace = new ScanPace(0.5);
  const start = performance.now();
  expect(await pace.afterScan(50, new AbortController().signal)).toBe(true);
  expect(performance.now() - start).toBeGreaterThanOrEqual(49);
});

test('the first scan goes on without a rest, later ones rest on the way', async () => {
  const pace = new ScanPace(0.2);
  const { signal } = new AbortController();
  const timed = async (): Promise<number> => {
    pace.step(() => work(40));
    const start = performance.now();
    await pace.afterStep(signal);
    return performance.now() - start;
  };
  expect(await timed()).toBeLessThan(40);
  await pace.afterScan(0, signal);
  expect(await timed()).toBeGreaterThan(100);
});

test('told to stop, it does not rest', async () => {
  const stop = new AbortController();
  const pace = new ScanPace(0.001);
  pace.step(() => work(30));
  stop.abort();
  expect(await pace.afterScan(60_000, stop.signal)).toBe(false);
});
