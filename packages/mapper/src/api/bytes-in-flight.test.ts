import { expect, test } from 'vitest';
import { BytesInFlight } from './bytes-in-flight.ts';

function room(): { readonly bytes: BytesInFlight; readonly clock: { now: number } } {
  const clock = { now: 0 };
  return { bytes: new BytesInFlight({ max: 100, patience: 10, clock: () => clock.now }), clock };
}

test('all bodies together have no more than the room, and give it back when they are answered', () => {
  const { bytes } = room();
  const [first, second] = [bytes.open(() => undefined), bytes.open(() => undefined)];
  expect([first.grow(60), second.grow(40), second.grow(1)]).toEqual([true, true, false]);
  first.release();
  first.release();
  expect([second.grow(60), bytes.total]).toEqual([true, 100]);
});

test('without room the body that arrives for the longest time is cut; one that is whole, or young, is not', () => {
  const { bytes, clock } = room();
  const cut: string[] = [];
  const begin = (name: string): ReturnType<BytesInFlight['open']> => {
    const held = bytes.open(() => cut.push(name));
    held.grow(30);
    return held;
  };
  begin('whole').complete();
  const slow = begin('slow');
  clock.now = 20;
  begin('young');
  const next = bytes.open(() => cut.push('next'));
  expect(next.grow(30)).toBe(true);
  expect(cut).toEqual(['slow']);
  expect(slow.grow(1)).toBe(false);
  expect([next.grow(20), bytes.total]).toEqual([false, 90]);
});
