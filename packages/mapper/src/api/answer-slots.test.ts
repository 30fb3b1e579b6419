import { expect, test } from 'vitest';
import { AnswerSlots } from './answer-slots.ts';

function slots(): { readonly slots: AnswerSlots; readonly clock: { now: number } } {
  const clock = { now: 0 };
  return { slots: new AnswerSlots({ max: 1, maxWaiting: 1, patience: 10, clock: () => clock.now }), clock };
}

test('the next long answer waits until one is written; more than may wait are refused', async () => {
  const { slots: answers } = slots();
  const first = await answers.take(() => undefined);
  const second = answers.take(() => undefined);
  expect(await answers.take(() => undefined)).toBeUndefined();
  first?.[Symbol.dispose]();
  expect(await second).toBeDefined();
});

test('a client that leaves unread what was sent is cut once another waits', async () => {
  const { slots: answers, clock } = slots();
  const first = await answers.take(() => first?.[Symbol.dispose]());
  first?.setBlocked(true);
  clock.now = 20;
  expect(await answers.take(() => undefined)).toBeDefined();
});
