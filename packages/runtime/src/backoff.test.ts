import { expect, test } from 'vitest';
import { backoff } from './backoff.ts';

const options = { first: 250, max: 30_000 };

test('the wait doubles with every failure, up to the longest', () => {
  const waits = [1, 2, 3, 8, 9, 5_000].map(failures => backoff(failures, { ...options, random: () => 1 }));
  expect(waits).toEqual([250, 500, 1_000, 30_000, 30_000, 30_000]);
});

test('clients that failed together come back within half of the wait, not at once', () => {
  const waits = Array.from({ length: 200 }, () => backoff(4, options));
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(2_000);
  expect(new Set(waits).size).toBeGreaterThan(100);
});
