import { expect, test } from 'vitest';
import { PodNetworks } from './pod-networks.ts';

test.each([
  ['10.244.3.7', '10.244.200.1', '10.24.3.7'],
  ['fd00:10:244:1::7', 'fd00:10:244:2::9', 'fd00:10:245::7'],
  // What is left out of an address counts.
  ['fd00::1', 'fd00::2:1', 'fd00:0:1::1'],
])('where a pod has %s, %s is near pods and %s is not', (pod, near, far) => {
  const networks = new PodNetworks();
  networks.add(pod);
  expect(networks.rangeOf(near)).toBe('near-pods');
  expect(networks.rangeOf(far)).toBe('none');
});

test('while no pod is known, private addresses may be those of pods that are about to come', () => {
  const networks = new PodNetworks();
  expect(networks.rangeOf('10.1.2.3')).toBe('near-pods');
  expect(networks.rangeOf('192.0.2.1')).toBe('none');
});
