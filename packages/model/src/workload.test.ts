import { expect, test } from 'vitest';
import { internLabels, internWorkload, throughService, type WorkloadFacts } from './workload.ts';

const facts: WorkloadFacts = {
  name: 'cart',
  namespace: 'shop',
  labels: internLabels({ app: 'cart' }),
  nameResolvedUsingAnnotation: false,
  podOwnerKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
  kubernetesService: null,
};

test('labels in any order are one set, ascending by key', () => {
  const labels = internLabels({ tier: 'gold', app: 'cart' });
  expect(labels).toBe(internLabels({ app: 'cart', tier: 'gold' }));
  expect(labels.map(({ key }) => key)).toEqual(['app', 'tier']);
  expect(internLabels(undefined)).toEqual([]);
});

test('two pods of one Deployment are the same workload', () => {
  expect(internWorkload({ ...facts })).toBe(internWorkload({ ...facts }));
  expect(internWorkload(facts).key).toBe('shop/cart');
});

test('a workload that is reached through two Services is two answers', () => {
  const cart = internWorkload(facts);
  const through = throughService(cart, 'cart');
  expect(through).toBe(throughService(cart, 'cart'));
  expect(through).toMatchObject({ key: 'shop/cart', kubernetesService: 'cart' });
  expect(throughService(through, null)).toBe(cart);
});
