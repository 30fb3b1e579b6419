import { expect, test } from 'vitest';
import { MultiMap } from './multi-map.ts';

test('a key has each of its values once, in the order in which they came', () => {
  const pods = new MultiMap<string, string>();
  for (const pod of ['a', 'b', 'a', 'c', 'b']) pods.add('10.0.0.1', pod);
  expect(pods.get('10.0.0.1')).toEqual(['a', 'b', 'c']);
  expect(pods.get('10.0.0.2')).toEqual([]);
});

test('a key whose last value is deleted is gone', () => {
  const pods = new MultiMap<string, string>();
  for (const pod of ['a', 'b', 'c']) pods.add('10.0.0.1', pod);
  for (const pod of ['b', 'never-added', 'a']) pods.delete('10.0.0.1', pod);
  expect(pods.get('10.0.0.1')).toEqual(['c']);
  pods.delete('10.0.0.1', 'c');
  pods.delete('10.0.0.1', 'c');
  expect([pods.has('10.0.0.1'), pods.size, [...pods.keys()]]).toEqual([false, 0, []]);
});

test('values that are sets themselves are values', () => {
  const map = new MultiMap<string, object>();
  const [one, two] = [new Set([1]), new Set([2])];
  map.add('key', one);
  expect(map.get('key')).toEqual([one]);
  map.add('key', two);
  map.delete('key', one);
  expect(map.get('key')).toEqual([two]);
});
