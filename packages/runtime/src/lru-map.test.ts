import { expect, test } from 'vitest';
import { LruMap } from './lru-map.ts';

test('without room, the entry that was used least recently leaves', () => {
  const map = new LruMap<string, number>({ maxEntries: 2 });
  map.set('a', 1);
  map.set('b', 2);
  expect(map.get('a')).toBe(1);
  map.set('c', 3);
  expect([...map.entries()]).toEqual([
    ['a', 1],
    ['c', 3],
  ]);
});

test('looking whether an entry is there does not count as use', () => {
  const map = new LruMap<string, number>({ maxEntries: 2 });
  map.set('a', 1);
  map.set('b', 2);
  expect(map.has('a')).toBe(true);
  map.set('c', 3);
  expect(map.has('a')).toBe(false);
});

test('values leave until the rest weighs no more than allowed', () => {
  const map = new LruMap<string, string>({ maxEntries: 100, maxWeight: 10, weigh: value => value.length });
  for (const key of ['a', 'b', 'c']) map.set(key, 'xxx');
  map.set('d', 'xxxxxxx');
  expect([...map.entries()].map(([key]) => key)).toEqual(['c', 'd']);
  expect(map.weight).toBe(10);
  map.set('c', 'x');
  expect(map.weight).toBe(8);
  map.delete('d');
  expect([map.size, map.weight]).toEqual([1, 1]);
  map.clear();
  expect([map.size, map.weight]).toEqual([0, 0]);
});

test('a value that is too heavy alone is not held, and the others stay', () => {
  const map = new LruMap<string, string>({ maxEntries: 100, maxWeight: 10, weigh: value => value.length });
  map.set('a', 'xxx');
  map.set('b', 'x'.repeat(11));
  expect([map.get('a'), map.get('b')]).toEqual(['xxx', undefined]);
});
