import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatGoDuration, formatGoTime, formatTime, parseTime } from './time.ts';

test.each([
  ['2024-01-01T12:00:00Z', Date.UTC(2024, 0, 1, 12)],
  ['2024-01-01T12:00:00.5Z', Date.UTC(2024, 0, 1, 12) + 500],
  ['2026-11-23T08:11:50.283855Z', Date.UTC(2026, 10, 23, 8, 11, 50) + 283.855],
  ['2024-01-01T14:00:00.000000001+02:00', Date.UTC(2024, 0, 1, 12)],
  ['2024-01-01T12:00:00,25Z', Date.UTC(2024, 0, 1, 12) + 250],
  ['2024-02-29T23:59:59-11:30', Date.UTC(2024, 2, 1, 11, 29, 59)],
])('the time %s', (text, time) => {
  expect(parseTime(text)).toBeCloseTo(time, 3);
});

test.each([
  '',
  'x',
  '2026-01-01T00:00:00',
  '2026-01-01 00:00:00Z',
  '2026-01-01T00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:60:00Z',
  '2026-01-01T00:00:00.Z',
  '2026-01-01T00:00:00+0200',
  '2026-01-01T00:00:00Z ',
  '2026-01-01T00:00:00.123Zx',
])('the text "%s" is no time', text => {
  expect(parseTime(text)).toBeNaN();
});

test('times agree with the platform’s own', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }), date => {
      expect(parseTime(date.toISOString())).toBe(date.getTime());
      expect(formatTime(date.getTime())).toBe(date.toISOString());
    }),
  );
});

test.each([
  [Date.UTC(2024, 0, 1, 12), '2024-01-01 12:00:00 +0000 UTC'],
  [Date.UTC(2024, 0, 1, 12) + 500, '2024-01-01 12:00:00.5 +0000 UTC'],
  [parseTime('2026-11-23T08:11:50.283855Z'), '2026-11-23 08:11:50.283855 +0000 UTC'],
])('the time %d as Go prints it', (time, text) => {
  expect(formatGoTime(time)).toBe(text);
});

test.each([
  [0, '0s'],
  [850, '850ms'],
  [60_000, '1m0s'],
  [259_380_500, '72h3m0.5s'],
  [7_230_000, '2h0m30s'],
  [0.25, '250µs'],
  [1.5, '1.5ms'],
  [59_999.9999, '1m0s'],
  [90_000.02, '1m30.00002s'],
])('the duration %d as Go prints it', (duration, text) => {
  expect(formatGoDuration(duration)).toBe(text);
});
