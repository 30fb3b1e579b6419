import { expect, test } from 'vitest';
import { createMemoryGuard, oldGenerationLimit } from './memory-guard.ts';

function guarded(): {
  readonly state: { now: number; heap: number; resident: number; garbage: number };
  readonly isShort: () => boolean;
} {
  const state = { now: 0, heap: 0, resident: 0, garbage: 0 };
  const isShort = createMemoryGuard({
    heap: () => ({ used: state.heap + state.garbage, limit: 100 }),
    resident: () => ({ used: state.resident, limit: 1_000 }),
    collect: () => {
      state.garbage = 0;
    },
    clock: () => state.now,
  });
  return { state, isShort };
}

test('memory is short when the heap or the whole process nears its limit, and no longer when it does not', () => {
  const { state, isShort } = guarded();
  expect(isShort()).toBe(false);
  Object.assign(state, { now: 100, heap: 90 });
  expect(isShort()).toBe(true);
  Object.assign(state, { now: 200, heap: 50 });
  expect(isShort()).toBe(false);
  Object.assign(state, { now: 300, resident: 900 });
  expect(isShort()).toBe(true);
});

test('a heap that is full of garbage is not short of memory', () => {
  const { state, isShort } = guarded();
  Object.assign(state, { heap: 40, garbage: 55 });
  expect(isShort()).toBe(false);
  expect(state.garbage).toBe(0);
});

test('garbage is collected at most every five seconds', () => {
  const { state, isShort } = guarded();
  state.heap = 90;
  expect(isShort()).toBe(true);
  Object.assign(state, { now: 1_000, heap: 40, garbage: 50 });
  expect(isShort()).toBe(true);
  state.now = 6_000;
  expect(isShort()).toBe(false);
});

test('what is left for what lives long does not count the young generation', () => {
  const mebibyte = 2 ** 20;
  expect(oldGenerationLimit(268 * mebibyte, ['--max-semi-space-size=4'])).toBe(256 * mebibyte);
  expect(oldGenerationLimit(448 * mebibyte, [])).toBe(256 * mebibyte);
  expect(oldGenerationLimit(100 * mebibyte, [])).toBe(25 * mebibyte);
});
