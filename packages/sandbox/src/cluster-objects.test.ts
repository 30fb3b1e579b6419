import type { KubernetesObject } from '@network-mapper/testkit';
import { expect, test } from 'vitest';
import { clusterObjects } from './cluster-objects.ts';
import { layOut } from './layout.ts';
import { microservicesDemo } from './plan.ts';

const objects = clusterObjects(layOut(microservicesDemo));

/** From a pod up to its topmost owner, as `Kind name`. */
function ownersOf(podPrefix: string): string[] {
  const chain: string[] = [];
  let at: KubernetesObject | undefined = objects.find(
    ({ kind, metadata }) => kind === 'Pod' && metadata.name.startsWith(podPrefix),
  );
  while (at !== undefined) {
    chain.push(`${at.kind} ${at.metadata.name}`);
    const owner = at.metadata.ownerReferences?.[0];
    at = objects.find(({ metadata }) => metadata.uid === owner?.uid && owner !== undefined);
  }
  return chain;
}

test('pods are owned as the workloads of a real cluster own theirs', () => {
  expect(ownersOf('frontend')).toEqual([
    'Pod frontend-6d8f7b9c54-x7k2p',
    'ReplicaSet frontend-6d8f7b9c54',
    'Deployment frontend',
  ]);
  expect(ownersOf('redis-cart')).toEqual(['Pod redis-cart-0', 'StatefulSet redis-cart']);
  expect(ownersOf('loadgenerator')).toEqual([
    'Pod loadgenerator-29381760-q5v8z',
    'Job loadgenerator-29381760',
    'CronJob loadgenerator',
  ]);
});

test('one pod has its name from an annotation alone', () => {
  expect(ownersOf('recom').at(-1)).toBe('Deployment recom-canary');
  const pod = objects.find(({ kind, metadata }) => kind === 'Pod' && metadata.name.startsWith('recom-canary'));
  expect(pod?.metadata.annotations).toEqual({ 'intents.otterize.com/workload-name': 'recommendationservice' });
});

test('no two pods or services share an address', () => {
  const addresses = layOut(microservicesDemo).pods.flatMap(({ podIp, service }) => [podIp, service.clusterIp]);
  expect(new Set(addresses).size).toBe(2 * microservicesDemo.workloads.length);
});
