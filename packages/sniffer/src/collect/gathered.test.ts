import { expect, test } from 'vitest';
import { Gathered, type Gatherable } from './gathered.ts';

interface Item extends Gatherable {
  readonly name: string;
}

class Bench {
  readonly handed: string[] = [];
  readonly gathered = new Gathered<Item>({
    handOver: ({ name, seen }) => this.handed.push(`${name} ${seen}`),
    keepBack: 50,
    handOverEvery: 10_000,
  });

  see(name: string, time: number): Item {
    const known = this.gathered.get(name);
    const item = known ?? { name, firstSeen: 0, lastSeen: 0, seen: 0, handedOver: -Infinity };
    if (known === undefined) this.gathered.add(name, item);
    this.gathered.see(item, time);
    return item;
  }

  settle(now: number): readonly string[] {
    this.handed.length = 0;
    this.gathered.settle(now);
    return [...this.handed];
  }
}

test('what is new is handed over once it can no longer be taken back', () => {
  const bench = new Bench();
  bench.see('a', 1000);
  expect(bench.settle(1020)).toEqual([]);
  expect(bench.settle(1060)).toEqual(['a 1']);
  expect(bench.settle(2000)).toEqual([]);
});

test('what was taken back is not handed over', () => {
  const bench = new Bench();
  bench.gathered.unsee(bench.see('a', 1000));
  expect(bench.settle(2000)).toEqual([]);
});

test('what lasts is handed over every ten seconds, as one', () => {
  const bench = new Bench();
  const handed: string[] = [];
  for (let second = 1; second <= 25; second++) {
    bench.see('a', second * 1000);
    handed.push(...bench.settle(second * 1000 + 100));
  }
  expect(handed).toEqual(['a 1', 'a 10', 'a 10']);
  expect(bench.settle(Infinity)).toEqual(['a 4']);
});

test('what is not seen for a minute is forgotten, and new when it comes again', () => {
  const bench = new Bench();
  const first = bench.see('a', 1000);
  for (let second = 2; second < 70; second++) bench.settle(second * 1000);
  expect(bench.see('a', 70_000)).not.toBe(first);
});

test('what is due is handed over in parts, the oldest first', () => {
  const bench = new Bench();
  for (const name of ['a', 'b', 'c']) bench.see(name, 1000);
  expect(bench.gathered.settle(2000, { most: 2 })).toBe(true);
  expect(bench.handed).toEqual(['a 1', 'b 1']);
  expect(bench.gathered.settle(2000, { most: 2 })).toBe(false);
  expect(bench.handed).toEqual(['a 1', 'b 1', 'c 1']);
});

test('a clock that is set back by an hour keeps nothing waiting', () => {
  const bench = new Bench();
  bench.see('a', 3_600_000);
  expect(bench.settle(1000)).toEqual(['a 1']);
  bench.see('a', 2000);
  expect(bench.settle(2000)).toEqual(['a 1']);
});

test('more things than there is room for are all handed over, a few at a time', () => {
  const bench = new Bench();
  const count = 100_000;
  for (let index = 0; index < count; index++) {
    const before = bench.handed.length;
    bench.see(`thing ${index}`, 1000);
    expect(bench.handed.length - before).toBeLessThan(1000);
  }
  bench.gathered.settle(Infinity);
  expect(new Set(bench.handed).size).toBe(count);
});
