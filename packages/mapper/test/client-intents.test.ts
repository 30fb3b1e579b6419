import { object, statuses, type KubernetesObject, type LoggedRequest } from '@network-mapper/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { AddressLookup } from '../src/publish/address-lookup.ts';
import { report } from './reports.ts';
import { later, namespace, startSmallCluster, type SmallCluster } from './small-cluster.ts';

const soon = <T>(expectation: () => T) => vi.waitFor(expectation, 60_000);

const kind = { apiVersion: 'k8s.otterize.com/v2alpha1', kind: 'ClientIntents' };

/** Targets as people write them; what is not about the internet is there to be left alone. */
function clientIntents(name: string, domains: readonly string[], more: object = {}): KubernetesObject {
  const targets = [{ kubernetes: { name: 'cart' } }, { internet: { domains, ips: ['192.0.2.1'] } }];
  return {
    ...object({ ...kind, name, namespace }),
    spec: { workload: { name }, targets },
    status: { upToDate: true, observedGeneration: 3 },
    ...more,
  };
}

interface Publishing extends SmallCluster {
  readonly lookups: readonly string[];
  /** Sees an answer of DNS to the workload `web`. */
  readonly answer: (dns: string, address: string) => Promise<void>;
  readonly status: (name: string) => unknown;
  readonly patches: () => readonly LoggedRequest[];
  /** Waits until all that is known by now has been worked on. */
  readonly quiet: () => Promise<void>;
}

async function startPublishing(
  objects: readonly KubernetesObject[],
  names: Readonly<Record<string, readonly string[]>> = {},
): Promise<Publishing> {
  const lookups: string[] = [];
  const lookUp: AddressLookup = name => {
    lookups.push(name);
    const addresses = names[name];
    return addresses === undefined ? Promise.reject(new Error(`no ${name}`)) : Promise.resolve(addresses);
  };
  const env = { OTTERIZE_DNS_CLIENT_INTENTS_UPDATE_INTERVAL: '10ms' };
  const cluster = await startSmallCluster({ env, lookUp });
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  const { kubernetes, running } = cluster;
  kubernetes.put(...objects);
  const status = (name: string) => kubernetes.objects(kind).find(({ metadata }) => metadata.name === name)?.status;
  let markers = 0;
  return {
    ...cluster,
    lookups,
    status,
    answer: (destination, destinationIP) =>
      report(running, 'dns', {
        srcIp: '10.0.0.1',
        destinations: [{ destination, destinationIP, TTL: 3600, lastSeen: later(30) }],
      }),
    patches: () => kubernetes.requests.filter(({ method }) => method === 'PATCH'),
    quiet: async () => {
      const name = `marker-${++markers}`;
      await report(running, 'dns', {
        srcIp: '10.0.0.1',
        destinations: [{ destination: `${name}.test`, destinationIP: '192.0.2.9', TTL: 60, lastSeen: later(30) }],
      });
      // The answer came first: the domain is not looked up.
      kubernetes.put(clientIntents(name, [`${name}.test`]));
      await soon(() => expect(status(name)).toHaveProperty('resolvedIPs'));
    },
  };
}

const resolved = (dns: string, ...ips: readonly string[]) => ({ dns, ips });
const patchesOf = (patches: readonly LoggedRequest[], name: string) =>
  patches.filter(({ url }) => url.endsWith(`/namespaces/shop/clientintents/${name}/status`));

test('addresses that traffic shows for a domain are written into the status once, in order, and nothing else of it', async () => {
  const { answer, status, patches, quiet } = await startPublishing([
    clientIntents('web', ['b.example.com', 'A.example.com.']),
  ]);
  await answer('a.example.com', '198.51.100.20');
  await answer('a.example.com', '198.51.100.10');
  await answer('b.example.com', '198.51.100.30');
  await answer('c.example.com', '198.51.100.40');
  const resolvedIPs = [
    resolved('A.example.com.', '198.51.100.10', '198.51.100.20'),
    resolved('b.example.com', '198.51.100.30'),
  ];
  await soon(() => expect(status('web')).toEqual({ upToDate: true, observedGeneration: 3, resolvedIPs }));

  const before = patchesOf(patches(), 'web').length;
  await answer('a.example.com', '198.51.100.10');
  await quiet();
  await quiet();
  expect(patchesOf(patches(), 'web')).toHaveLength(before);
});

test('an invented private address is not written, whatever name it was reported for', async () => {
  const { answer, status } = await startPublishing([clientIntents('web', ['a.example.com'])]);
  await answer('a.example.com', '10.96.0.1');
  await answer('a.example.com', '169.254.169.254');
  await answer('a.example.com', '198.51.100.20');
  await soon(() => expect(status('web')).toMatchObject({ resolvedIPs: [resolved('a.example.com', '198.51.100.20')] }));
});

test('what the spec does not name any more leaves the status; the last to leave takes the list with it', async () => {
  const known = {
    upToDate: true,
    resolvedIPs: [resolved('a.example.com', '1.1.1.1'), resolved('b.example.com', '2.2.2.2')],
  };
  const { kubernetes, status } = await startPublishing([clientIntents('web', ['a.example.com'], { status: known })]);
  await soon(() => expect(status('web')).toEqual({ ...known, resolvedIPs: [resolved('a.example.com', '1.1.1.1')] }));
  kubernetes.put(clientIntents('web', [], { status: status('web') }));
  await soon(() => expect(status('web')).toEqual({ upToDate: true }));
});

test('an address stays in the status when DNS gives it no more, and is not written into another one then', async () => {
  const { kubernetes, running, answer, status, quiet } = await startPublishing([
    clientIntents('web', ['a.example.com']),
  ]);
  await answer('a.example.com', '198.51.100.10');
  await soon(() => expect(status('web')).toHaveProperty('resolvedIPs'));
  running.clock.now += 2 * 3_600_000;
  kubernetes.put(clientIntents('late', ['a.example.com']));
  await quiet();
  expect(status('late')).not.toHaveProperty('resolvedIPs');
  await answer('a.example.com', '198.51.100.11');
  const both = [resolved('a.example.com', '198.51.100.10', '198.51.100.11')];
  await soon(() => expect(status('web')).toHaveProperty('resolvedIPs', both));
  await soon(() => expect(status('late')).toHaveProperty('resolvedIPs', [resolved('a.example.com', '198.51.100.11')]));
  await quiet();
  expect(status('web')).toHaveProperty('resolvedIPs', both);
});

test('addresses that somebody else takes out of a status are written again, though not more often than every five seconds', async () => {
  const object = clientIntents('web', ['a.example.com']);
  const { kubernetes, running, answer, status, patches, quiet } = await startPublishing([object]);
  await answer('a.example.com', '198.51.100.10');
  const resolvedIPs = [resolved('a.example.com', '198.51.100.10')];
  await soon(() => expect(status('web')).toHaveProperty('resolvedIPs', resolvedIPs));
  await quiet();
  const before = patchesOf(patches(), 'web').length;
  kubernetes.put(object);
  await quiet();
  expect(patchesOf(patches(), 'web')).toHaveLength(before);
  running.clock.now += 5_000;
  await soon(() => expect(status('web')).toHaveProperty('resolvedIPs', resolvedIPs));
  expect(patchesOf(patches(), 'web')).toHaveLength(before + 1);
});

test('a wildcard has the addresses of all names below it, and is never looked up itself', async () => {
  const { answer, status, lookups, quiet } = await startPublishing([clientIntents('web', ['*.example.com'])]);
  await answer('a.example.com', '198.51.100.10');
  await answer('b.c.example.com', '198.51.100.20');
  await answer('example.com', '198.51.100.30');
  await answer('badexample.com', '198.51.100.40');
  const resolvedIPs = [resolved('*.example.com', '198.51.100.10', '198.51.100.20')];
  await soon(() => expect(status('web')).toHaveProperty('resolvedIPs', resolvedIPs));
  await quiet();
  expect(status('web')).toHaveProperty('resolvedIPs', resolvedIPs);
  expect(lookups.filter(name => !name.startsWith('marker'))).toEqual([]);
});

test('a domain that no traffic named is looked up, and again when that answer is two minutes old', async () => {
  const names = { 'a.example.com': ['198.51.100.10'] };
  const { running, status, lookups, quiet } = await startPublishing([clientIntents('web', ['a.example.com'])], names);
  const first = [resolved('a.example.com', '198.51.100.10')];
  await soon(() => expect(status('web')).toHaveProperty('resolvedIPs', first));
  await quiet();
  const asked = () => lookups.filter(name => name === 'a.example.com').length;
  expect(asked()).toBe(1);

  names['a.example.com'] = ['198.51.100.11'];
  running.clock.now += 120_000;
  const both = [resolved('a.example.com', '198.51.100.10', '198.51.100.11')];
  await soon(() => expect(status('web')).toHaveProperty('resolvedIPs', both));
  expect(asked()).toBe(2);
});

test('a domain that is not found, or an object that cannot be changed, holds up no other, and is tried again ever more seldom', async () => {
  const cluster = await startPublishing(
    [clientIntents('dead', ['dead.example.com']), clientIntents('refused', ['a.example.com'])],
    { 'a.example.com': ['198.51.100.10'] },
  );
  const { kubernetes, running, status, lookups, patches, quiet } = cluster;
  const heal = kubernetes.refuse({ verb: 'patch-status', name: 'refused' }, statuses.internalError);
  kubernetes.put(clientIntents('web', ['a.example.com']));
  await soon(() => expect(status('web')).toHaveProperty('resolvedIPs'));
  await quiet();
  const tries = () => ({
    lookups: lookups.filter(name => name === 'dead.example.com').length,
    patches: patchesOf(patches(), 'refused').length,
  });
  await soon(() => expect(tries()).toEqual({ lookups: 1, patches: 1 }));
  expect(status('refused')).not.toHaveProperty('resolvedIPs');

  running.clock.now += 1_000;
  await soon(() => expect(tries()).toEqual({ lookups: 2, patches: 2 }));
  running.clock.now += 1_000;
  await quiet();
  expect(tries()).toEqual({ lookups: 2, patches: 2 });
  const metrics = await running.metrics();
  expect(metrics).toContain('mapper_domain_lookups_total{result="failed"} 2');
  expect(metrics).toContain('mapper_client_intents_patches_total{result="failed"} 2');

  heal();
  running.clock.now += 1_000;
  await soon(() => expect(status('refused')).toHaveProperty('resolvedIPs'));
});

test('an object that is being deleted is left alone', async () => {
  const { kubernetes, answer, patches, quiet } = await startPublishing([]);
  const leaving = clientIntents('leaving', ['a.example.com']);
  kubernetes.put({ ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: later(0) } });
  await quiet();
  await answer('a.example.com', '198.51.100.10');
  await quiet();
  expect(patchesOf(patches(), 'leaving')).toEqual([]);
});

test.each([
  { missing: 'not installed', status: statuses.notFound },
  { missing: 'forbidden', status: statuses.forbidden },
])('ClientIntents that are $missing at the start stop nothing, and are found when they come', async ({ status }) => {
  const cluster = await startSmallCluster({ env: { OTTERIZE_DNS_CLIENT_INTENTS_UPDATE_INTERVAL: '10ms' } });
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  const { kubernetes, running } = cluster;
  const heal = kubernetes.refuse({ plural: 'clientintents', verb: 'list' }, status);
  const asked = () => kubernetes.requests.filter(({ url }) => url.includes('/clientintents')).length;
  await soon(() => expect(asked()).toBeGreaterThan(1));
  await report(running, 'dns', {
    srcIp: '10.0.0.1',
    destinations: [{ destination: 'a.example.com', destinationIP: '198.51.100.10', TTL: 60, lastSeen: later(30) }],
  });
  kubernetes.put(clientIntents('web', ['a.example.com']));
  heal();
  const written = () => kubernetes.objects(kind)[0]?.status;
  await soon(() => expect(written()).toHaveProperty('resolvedIPs'));
});

test('configured not to publish, the mapper does not even ask for ClientIntents', async () => {
  const cluster = await startSmallCluster({ env: { OTTERIZE_DNS_CLIENT_INTENTS_UPDATE_ENABLED: 'false' } });
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  await cluster.put();
  expect(cluster.kubernetes.requests.filter(({ url }) => url.includes('clientintents'))).toEqual([]);
});
