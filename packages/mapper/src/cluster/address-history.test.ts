import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PodRecord } from '../resolve/lookups.ts';
import { AddressHistory } from './address-history.ts';

const base: PodRecord = {
  namespace: 'shop',
  name: 'pod',
  uid: 'pod',
  staticUid: undefined,
  nodeName: undefined,
  createdAt: 0,
  startedAt: 0,
  endedAt: undefined,
  phase: 'running',
  deleting: false,
  hostNetwork: false,
  addresses: ['10.0.0.1'],
  hostname: 'pod',
  labels: [],
  override: undefined,
  owner: undefined,
  hasLinkerdSidecar: false,
  imageName: undefined,
};

/**
 * One life of a pod after another on one address, in seconds: how long the address is free, and how long the pod lives.
 */
const lives = fc.array(
  fc.record({ gap: fc.integer({ min: 1, max: 50 }), life: fc.integer({ min: 1, max: 50 }), ends: fc.boolean() }),
  { minLength: 1, maxLength: 8 },
);

interface Life {
  readonly pod: PodRecord;
  readonly from: number;
  readonly to: number;
}

/** Lets pods come and go; each either ends first and goes later, or is just gone. */
function live(
  history: AddressHistory,
  clock: { now: number },
  plan: readonly { gap: number; life: number; ends: boolean }[],
): readonly Life[] {
  return plan.map(({ gap, life, ends }, index) => {
    const from = clock.now + gap * 1000;
    const to = from + life * 1000;
    const pod: PodRecord = {
      ...base,
      uid: `u${index}`,
      name: `pod-${index}`,
      hostname: `pod-${index}`,
      createdAt: from,
      startedAt: from,
    };
    const pending: PodRecord = { ...pod, phase: 'pending', addresses: [] };
    clock.now = from;
    history.put(undefined, pending);
    history.put(pending, pod);
    clock.now = to;
    if (!ends) history.remove(pod);
    else {
      const ended: PodRecord = { ...pod, phase: 'ended', endedAt: to };
      history.put(pod, ended);
      history.remove(ended);
    }
    return { pod, from, to };
  });
}

test('whoever held an address at a moment is found, as a list of all lives says', () => {
  fc.assert(
    fc.property(lives, fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 20 }), (plan, moments) => {
      const clock = { now: 0 };
      const history = new AddressHistory(
        () => clock.now,
        () => undefined,
      );
      const all = live(history, clock, plan);
      for (const second of moments) {
        // Halves of seconds: what happens within the second of an end looks the same to a clock of seconds.
        const at = second * 1000 + 500;
        const holders = all.filter(({ from, to }) => from <= at && at <= to);
        const found = history.holder('10.0.0.1', { at });
        if (holders[0] !== undefined) expect(found.kind === 'pod' && found.pod.name).toBe(holders[0].pod.name);
        else if (!all.some(({ to }) => at > to && at <= to + 1000)) expect(found.kind).not.toBe('pod');
      }
    }),
  );
});

test('pods that went long ago are forgotten, and whoever holds more about them is notified', () => {
  const clock = { now: 0 };
  const forgotten: string[] = [];
  const history = new AddressHistory(
    () => clock.now,
    pod => forgotten.push(pod.name),
  );
  history.put(undefined, base);
  history.remove(base);
  clock.now = 15 * 60_000 - 1;
  expect(history.has('10.0.0.1')).toBe(true);
  clock.now = 15 * 60_000;
  expect(history.has('10.0.0.1')).toBe(false);
  expect(forgotten).toEqual(['pod']);
});

test('while a pod waits for its node the one before it still holds the address', () => {
  const clock = { now: 0 };
  const history = new AddressHistory(
    () => clock.now,
    () => undefined,
  );
  const before = { ...base, name: 'before' };
  history.put(undefined, before);
  clock.now = 20_000;
  const after = { ...base, name: 'after', uid: 'after', createdAt: 10_000, startedAt: 22_000 };
  history.put(undefined, after);
  clock.now = 23_000;
  history.remove(before);
  const name = (at: number): string | undefined => {
    const holder = history.holder('10.0.0.1', { at });
    return holder.kind === 'pod' ? holder.pod.name : undefined;
  };
  expect([name(15_000), name(21_000), name(22_500), name(30_000)]).toEqual(['before', 'before', 'after', 'after']);
});
