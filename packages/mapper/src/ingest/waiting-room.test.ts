import type { Sighting } from '@network-mapper/model';
import { expect, test } from 'vitest';
import { WaitingRoom } from './waiting-room.ts';

const sighting: Sighting = {
  evidence: 'DNS',
  client: { kind: 'address', ip: '10.0.0.9' },
  server: { kind: 'name', name: 'cart' },
  firstAt: 0,
  at: 0,
  count: 1,
  detail: { kind: 'dns' },
};

function waiting(sender: string, address: string) {
  return {
    sighting,
    sender: { name: sender, node: undefined },
    address,
    reason: 'no-pod',
    namespace: undefined,
  } as const;
}

test('one sender fills its own places, and others still have theirs', () => {
  const room = new WaitingRoom({ wait: 60_000, places: 100, placesPerSender: 10 });
  const placed = Array.from({ length: 50 }, (_, at) => room.add(waiting('flood', `10.0.0.${at}`), 0));
  expect(placed.filter(Boolean)).toHaveLength(10);
  expect(room.add(waiting('other', '10.0.1.1'), 0)).toBe(true);
});

test('a place is free again when its sighting is taken out, or has waited long enough', () => {
  const room = new WaitingRoom({ wait: 60_000, places: 100, placesPerSender: 2 });
  room.add(waiting('a', '10.0.0.1'), 0);
  room.add(waiting('a', '10.0.0.2'), 30_000);
  expect(room.add(waiting('a', '10.0.0.3'), 30_000)).toBe(false);
  expect(room.takeByAddress('10.0.0.1')).toHaveLength(1);
  expect(room.add(waiting('a', '10.0.0.3'), 30_000)).toBe(true);
  expect(room.takeExpired(90_000)).toHaveLength(2);
  expect(room.size).toBe(0);
});
