import { expect, test } from 'vitest';
import { namesToTry } from './search-list.ts';

const search = { domains: ['shop.svc.cluster.local', 'svc.cluster.local'], ndots: 5 };

test('a short name is tried in the pod’s namespace first and as it is last', () => {
  expect(namesToTry('cart', search)).toEqual(['cart.shop.svc.cluster.local', 'cart.svc.cluster.local', 'cart']);
});

test('a name with as many dots as ndots is tried as it is first', () => {
  expect(namesToTry('a.b.c.d.e.f', search)[0]).toBe('a.b.c.d.e.f');
});
