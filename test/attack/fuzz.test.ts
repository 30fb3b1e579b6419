import { expect, test } from 'vitest';
import { longestTurn } from './attacked-mapper.ts';
import { fuzz } from './fuzz.ts';

test('thousands of random documents and reports: none is answered with a fault of ours, and none holds up the others', async () => {
  const report = await fuzz({ count: 6_000, seed: 1 });
  expect(report.requests).toBe(6_000);
  expect(report.faults).toEqual([]);
  expect(report.longestTurn).toBeLessThan(longestTurn);
  expect(report.largestResident).toBeLessThan(256 * 2 ** 20);
  // Good and bad ones: otherwise nothing was tried.
  expect(report.statuses['200']).toBeGreaterThan(500);
  expect(report.statuses['422']).toBeGreaterThan(500);
  expect(report.statuses['400']).toBeGreaterThan(100);
}, 120_000);
