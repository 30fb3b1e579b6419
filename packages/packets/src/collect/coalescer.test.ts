import { expect, test } from 'vitest';
import { Coalescer, type Coalescable } from './coalescer.ts';

interface Item extends Coalescable {
  readonly name: string;
}

class Bench {
  readonly emitted: string[] = [];
  readonly coalescer = new Coalescer<Item>({
    emit: ({ name, seen }) => this.emitted.push(`${name} ${seen}`),
    holdBack: 50,
    emitEvery: 10_000,
  });

  see(name: string, time: number): Item {
    const known = this.coalescer.get(name);
    const item = known ?? { name, firstSeen: 0, lastSeen: 0, seen: 0, emitted: -Infinity };
    if (known === undefined) this.coalescer.add(name, item);
    this.coalescer.observe(item, time);
    return item;
  }

  emitDue(now: number): readonly string[] {
    this.emitted.length = 0;
    this.coalescer.emitDue(now);
    return [...this.emitted];
  }
}

test('what is new is emitted once it can no longer be retracted', () => {
  const bench = new Bench();
  bench.see('a', 1000);
  expect(bench.emitDue(1020)).toEqual([]);
  expect(bench.emitDue(1060)).toEqual(['a 1']);
  expect(bench.emitDue(2000)).toEqual([]);
});

test('what was retracted is not emitted', () => {
  const bench = new Bench();
  bench.coalescer.retract(bench.see('a', 1000));
  expect(bench.emitDue(2000)).toEqual([]);
});

test('what lasts is emitted every ten seconds, as one', () => {
  const bench = new Bench();
  const emitted: string[] = [];
  for (let second = 1; second <= 25; second++) {
    bench.see('a', second * 1000);
    emitted.push(...bench.emitDue(second * 1000 + 100));
  }
  expect(emitted).toEqual(['a 1', 'a 10', 'a 10']);
  expect(bench.emitDue(Infinity)).toEqual(['a 4']);
});

test('what is not seen for a minute is forgotten, and new when it comes again', () => {
  const bench = new Bench();
  const first = bench.see('a', 1000);
  for (let second = 2; second < 70; second++) bench.emitDue(second * 1000);
  expect(bench.see('a', 70_000)).not.toBe(first);
});

test('what is due is emitted in parts, the oldest first', () => {
  const bench = new Bench();
  for (const name of ['a', 'b', 'c']) bench.see(name, 1000);
  expect(bench.coalescer.emitDue(2000, { most: 2 })).toBe(true);
  expect(bench.emitted).toEqual(['a 1', 'b 1']);
  expect(bench.coalescer.emitDue(2000, { most: 2 })).toBe(false);
  expect(bench.emitted).toEqual(['a 1', 'b 1', 'c 1']);
});

test('a clock that is set back by an hour keeps nothing waiting', () => {
  const bench = new Bench();
  bench.see('a', 3_600_000);
  expect(bench.emitDue(1000)).toEqual(['a 1']);
  bench.see('a', 2000);
  expect(bench.emitDue(2000)).toEqual(['a 1']);
});

test('more things than there is room for are all emitted, a few at a time', () => {
  const bench = new Bench();
  const count = 100_000;
  for (let index = 0; index < count; index++) {
    const before = bench.emitted.length;
    bench.see(`thing ${index}`, 1000);
    expect(bench.emitted.length - before).toBeLessThan(1000);
  }
  bench.coalescer.emitDue(Infinity);
  expect(new Set(bench.emitted).size).toBe(count);
});
