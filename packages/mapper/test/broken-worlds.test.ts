import { statuses, type KubernetesObject } from '@network-mapper/testkit';
import { expect, test } from 'vitest';
import { calls, report, unmapped } from './reports.ts';
import { startMapper, type RunningMapper } from './running-mapper.ts';
import { startSmallCluster, workload } from './small-cluster.ts';

const asked = { srcIp: '10.0.0.1', destinations: [{ destination: 'cart.shop.svc.cluster.local' }] };

async function readiness(running: RunningMapper): Promise<string> {
  const response = await fetch(`${running.url}/readyz`);
  return `${response.status} ${await response.text()}`;
}

async function watched(running: RunningMapper, resource: string): Promise<string | undefined> {
  return new RegExp(`^mapper_watch_synced{resource="${resource}"} (.)`, 'm').exec(await running.metrics())?.[1];
}

test('when the API server goes away the map is still served, and readiness and metrics say so', async () => {
  await using cluster = await startSmallCluster();
  const { kubernetes, running } = cluster;
  await report(running, 'dns', asked);
  expect(await readiness(running)).toBe('200 ');
  await kubernetes.down();
  await expect.poll(() => watched(running, 'pods')).toBe('0');
  await expect.poll(() => readiness(running)).toMatch(/^200 [^]*pods: .*ECONNREFUSED/);
  expect(await calls(running)).toEqual(['shop/web -> shop/cart']);
  await report(running, 'tcp', {
    srcIp: '10.0.0.2',
    destinations: [{ destination: '10.0.0.1', destinationIP: '10.0.0.1' }],
  });
  expect(await calls(running)).toEqual(['shop/cart -> shop/web', 'shop/web -> shop/cart']);

  // What changed meanwhile is known when it is back.
  kubernetes.put(...workload('late', '10.0.0.40'));
  await kubernetes.up();
  await expect.poll(() => watched(running, 'pods'), { timeout: 60_000 }).toBe('1');
  await report(running, 'dns', { ...asked, srcIp: '10.0.0.40' });
  expect(await calls(running)).toContain('shop/late -> shop/cart');
});

test('a watch that is cut, or too old to go on, misses nothing', async () => {
  await using cluster = await startSmallCluster();
  const { kubernetes, running } = cluster;
  kubernetes.disconnect();
  kubernetes.put(...workload('first', '10.0.0.41'));
  await expect
    .poll(async () => JSON.stringify((await running.ask('{ serviceIdentity(address: "10.0.0.41") { pod } }')).body), {
      timeout: 60_000,
    })
    .toContain('first');
  kubernetes.put(...workload('second', '10.0.0.42'));
  kubernetes.forgetHistory();
  kubernetes.disconnect();
  await expect
    .poll(async () => JSON.stringify((await running.ask('{ serviceIdentity(address: "10.0.0.42") { pod } }')).body), {
      timeout: 60_000,
    })
    .toContain('second');
});

test('a kind that may not be watched is named, and the rest works', async () => {
  await using cluster = await startSmallCluster();
  const { kubernetes } = cluster;
  kubernetes.refuse({ plural: 'nodes' }, statuses.forbidden);
  await using running = await startMapper(kubernetes, { now: Date.parse('2024-01-01T12:01:00Z') });
  expect(await readiness(running)).toMatch(/^200 nodes: [^\n]*cannot[^\n]*\n$/);
  await report(running, 'dns', asked);
  expect(await calls(running)).toEqual(['shop/web -> shop/cart']);
});

test('owners that may not be read give their own names; one that cannot be read leaves its pod out by name', async () => {
  await using cluster = await startSmallCluster();
  const { kubernetes, running } = cluster;
  const owned = (app: string, ip: string, kind: string): KubernetesObject => {
    const [, , pod] = workload(app, ip);
    return {
      ...pod,
      metadata: {
        ...pod.metadata,
        ownerReferences: [
          { apiVersion: 'argoproj.io/v1alpha1', kind, name: `${app}-owner`, uid: 'u', controller: true },
        ],
      },
    };
  };
  kubernetes.put({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'any', namespace: 'shop' } });
  kubernetes.refuse({ plural: 'rollouts', name: 'secret-owner' }, statuses.forbidden);
  kubernetes.refuse({ plural: 'rollouts', name: 'broken-owner' }, statuses.internalError);
  await cluster.put(
    owned('secret', '10.0.0.50', 'Rollout'),
    owned('strange', '10.0.0.51', 'Unheard'),
    owned('broken', '10.0.0.52', 'Rollout'),
  );
  await report(running, 'dns', ...['10.0.0.50', '10.0.0.51', '10.0.0.52'].map(srcIp => ({ ...asked, srcIp })));
  expect(await calls(running)).toEqual(['shop/secret-owner -> shop/cart', 'shop/strange-owner -> shop/cart']);
  expect(await unmapped(running)).toEqual(['owner-unreadable: 10.0.0.52 -> cart.shop.svc.cluster.local']);
});

test('an owner that is its own owner does not hold the mapper up', async () => {
  await using cluster = await startSmallCluster();
  const { running } = cluster;
  const [owner, set, pod] = workload('loop', '10.0.0.60');
  await cluster.put(
    {
      ...owner,
      metadata: {
        ...owner.metadata,
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'loop-1', uid: 'u', controller: true }],
      },
    },
    set,
    pod,
  );
  await report(running, 'dns', { ...asked, srcIp: '10.0.0.60' });
  expect(await calls(running)).toEqual([expect.stringMatching(/^shop\/loop.* -> shop\/cart$/)]);
});
