import { expect, test } from 'vitest';
import { Interner } from './interner.ts';

const cart = {
  name: 'cart',
  namespace: 'shop',
  labels: null,
  nameResolvedUsingAnnotation: false,
  podOwnerKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
  kubernetesService: null,
};

test('equal workloads are one object, different ones are not', () => {
  const interner = new Interner();
  const one = interner.workload(cart);
  expect(interner.workload({ ...cart, podOwnerKind: { ...cart.podOwnerKind } })).toBe(one);
  expect(interner.workload({ ...cart, namespace: 'other' })).not.toBe(one);
  expect(one.key).toBe('shop/cart');
});

test('equal labels are one object, whatever their order', () => {
  const interner = new Interner();
  const labels = interner.labels({ b: '2', a: '1' });
  expect(interner.labels({ a: '1', b: '2' })).toBe(labels);
  expect(labels).toEqual([
    { key: 'a', value: '1' },
    { key: 'b', value: '2' },
  ]);
});

test('a workload that is reached through a Service is one object for each Service', () => {
  const interner = new Interner();
  const workload = interner.workload(cart);
  const via = interner.viaService(workload, 'cart-http');
  expect(interner.viaService(workload, 'cart-http')).toBe(via);
  expect(via).toEqual({ ...workload, kubernetesService: 'cart-http' });
  expect(interner.viaService(via, null)).toBe(workload);
});
