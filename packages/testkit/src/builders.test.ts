import { expect, test } from 'vitest';
import { deployed, ofSize, pod, podSuffix } from './builders.ts';

test('a pod filled up to a size has that size', () => {
  expect(JSON.stringify(ofSize(pod({ name: 'a', ip: '10.0.0.1' }), 10_000))).toHaveLength(10_000);
});

test('owners are found by following references up from the pod', () => {
  const [root, set, first] = deployed({ name: 'cart', ips: ['10.0.0.1'] });
  expect(first?.metadata.ownerReferences?.[0]).toMatchObject({
    kind: 'ReplicaSet',
    name: set?.metadata.name,
    uid: set?.metadata.uid,
  });
  expect(set?.metadata.ownerReferences?.[0]).toMatchObject({
    kind: 'Deployment',
    name: 'cart',
    uid: root?.metadata.uid,
  });
});

test('no two pods end alike', () => {
  expect(new Set(Array.from({ length: 100_000 }, (_, index) => podSuffix(index))).size).toBe(100_000);
});
