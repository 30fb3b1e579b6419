import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newOpening, type Opening } from './opening.ts';
import { OpeningTable } from './opening-table.ts';

function opening(sequence: number): Opening {
  return { ...newOpening(), sequence };
}

function inOrder(table: OpeningTable): readonly Opening[] {
  const openings: Opening[] = [];
  table.forEach(one => openings.push(one));
  return openings;
}

type Step = { readonly add: number } | { readonly removeAt: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ add: fc.integer({ min: -4, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ removeAt: fc.nat(20) }) },
);

test('whatever comes and goes, openings stay in order and the latest with a sequence number is found', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const table = new OpeningTable();
      const held: Opening[] = [];
      const latest = new Map<number, Opening>();
      for (const one of steps) {
        if ('add' in one) {
          const added = opening(one.add);
          table.add(added, table.latest(one.add));
          held.push(added);
          latest.set(one.add, added);
        } else {
          const [removed] = held.splice(one.removeAt, 1);
          if (removed === undefined) continue;
          table.remove(removed);
          if (latest.get(removed.sequence) === removed) latest.delete(removed.sequence);
        }
        expect(table.size).toBe(held.length);
        expect(table.oldest).toBe(held[0]);
        expect(inOrder(table)).toEqual(held);
        for (let sequence = -4; sequence <= 4; sequence++) expect(table.latest(sequence)).toBe(latest.get(sequence));
      }
    }),
  );
});

test('thousands of openings are found, whatever buckets their sequence numbers share', () => {
  const table = new OpeningTable();
  const openings = Array.from({ length: 20_000 }, (_, index) => opening((index * 65_536) | 0));
  const distinct = new Map(openings.map(one => [one.sequence, one]));
  for (const one of distinct.values()) table.add(one, undefined);
  for (const one of distinct.values()) expect(table.latest(one.sequence)).toBe(one);
  table.forEach(one => table.remove(one));
  expect([table.size, table.oldest]).toEqual([0, undefined]);
});
