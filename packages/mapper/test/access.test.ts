import { operations } from '@network-mapper/api';
import { deployment, pod, type AccessQuestion } from '@network-mapper/testkit';
import { expect, test } from 'vitest';
import { noon } from './reports.ts';
import { startSmallCluster, type SmallCluster } from './small-cluster.ts';

const sniffer = 'system:serviceaccount:otterize-system:otterize-network-sniffer';

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** A cluster with pods of two namespaces on two nodes, and a mapper that lets nobody in without a right. */
async function startGuarded(mode = 'required'): Promise<SmallCluster> {
  const cluster = await startSmallCluster({ env: { OTTERIZE_API_AUTH: mode } });
  const { tokens } = cluster.kubernetes.reviews;
  for (const node of ['n1', 'n2']) {
    const extra = { 'authentication.kubernetes.io/node-name': [node] };
    tokens.set(`sniffer-${node}`, { username: sniffer, extra });
  }
  tokens.set('ann', { username: 'ann', groups: ['team-a'] });
  tokens.set('root', { username: 'root' });
  tokens.set('other-agent', { username: 'system:serviceaccount:shop:web' });
  const on = (name: string, namespace: string, { ip, nodeName }: { ip: string; nodeName: string }) => {
    const owner = deployment({ name, namespace });
    const object = pod({ name: `${name}-x`, namespace, ip, owner, labels: { app: name } });
    return [owner, { ...object, spec: { ...(object.spec as object), nodeName } }];
  };
  await cluster.put(
    ...on('a1', 'team-a', { ip: '10.0.1.1', nodeName: 'n1' }),
    ...on('a2', 'team-a', { ip: '10.0.1.2', nodeName: 'n1' }),
    ...on('b1', 'team-b', { ip: '10.0.2.1', nodeName: 'n2' }),
    ...on('b2', 'team-b', { ip: '10.0.2.2', nodeName: 'n2' }),
  );
  return cluster;
}

async function ask(cluster: SmallCluster, token: string | undefined, body: object): Promise<Reply> {
  const response = await fetch(`${cluster.running.url}/query`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

function call(cluster: SmallCluster, token: string | undefined, [from, to]: readonly [string, string]): Promise<Reply> {
  const destinations = [{ destination: to, destinationIP: to, destinationPort: 80, lastSeen: noon }];
  const results = [{ srcIp: from, srcHostname: '', destinations }];
  const { document, operationName } = operations.reportTCPCaptureResults;
  return ask(cluster, token, { query: document, operationName, variables: { results: { results } } });
}

const intents = { query: '{ intents { client { name namespace labels { key } } server { name namespace } } }' };

async function pairs(cluster: SmallCluster, token?: string): Promise<readonly string[]> {
  const { text } = await ask(cluster, token, intents);
  const { data } = JSON.parse(text) as {
    data: { intents: { client: { name: string; namespace: string }; server: { name: string; namespace: string } }[] };
  };
  return data.intents.map(
    ({ client, server }) => `${client.namespace}/${client.name} -> ${server.namespace}/${server.name}`,
  );
}

const mayListIn =
  (namespace: string) =>
  ({ user, verb, group, resource, namespace: asked }: AccessQuestion): boolean =>
    user === 'root' ||
    (user === 'ann' &&
      verb === 'list' &&
      group === 'network-mapper.otterize.com' &&
      resource === 'edges' &&
      asked === namespace);

async function report(cluster: SmallCluster): Promise<void> {
  await call(cluster, 'sniffer-n1', ['10.0.1.1', '10.0.1.2']);
  await call(cluster, 'sniffer-n1', ['10.0.1.1', '10.0.2.1']);
  await call(cluster, 'sniffer-n2', ['10.0.2.1', '10.0.2.2']);
}

test('whoever may list the edges of one namespace sees those with a side in it, and of the other side that it is hidden', async () => {
  await using cluster = await startGuarded();
  cluster.kubernetes.reviews.allows = mayListIn('team-a');
  await report(cluster);
  expect(await pairs(cluster, 'ann')).toEqual(['team-a/a1 -> team-a/a2', 'team-a/a1 -> hidden/hidden']);
  expect((await ask(cluster, 'ann', intents)).text).not.toContain('team-b');
  expect(await pairs(cluster, 'root')).toEqual([
    'team-a/a1 -> team-a/a2',
    'team-a/a1 -> team-b/b1',
    'team-b/b1 -> team-b/b2',
  ]);
});

test('whoever has no right is refused with what is missing, and never with less than that', async () => {
  await using cluster = await startGuarded();
  cluster.kubernetes.reviews.allows = mayListIn('team-a');
  await report(cluster);
  const reset = { query: 'mutation { resetCapture }' };
  const unmapped = { query: '{ unmapped { totals { count } } }' };
  expect(await ask(cluster, 'ann', reset)).toMatchObject({
    status: 403,
    text: expect.stringContaining('reset') as string,
  });
  expect((await ask(cluster, 'ann', unmapped)).status).toBe(403);
  expect((await ask(cluster, 'ann', { query: '{ agents { name } }' })).status).toBe(403);
  expect((await ask(cluster, 'expired', intents)).status).toBe(401);
  expect((await ask(cluster, 'other-agent', intents)).status).toBe(403);
  expect((await call(cluster, 'other-agent', ['10.0.1.1', '10.0.1.2'])).status).toBe(403);
  expect((await call(cluster, 'root', ['10.0.1.1', '10.0.1.2'])).status).toBe(403);
  expect((await ask(cluster, 'ann', { query: '{ health }' })).status).toBe(200);
  expect((await ask(cluster, 'root', reset)).status).toBe(200);
  const elsewhere = { query: '{ serviceIdentity(address: "10.0.2.1") { identity { name } } }' };
  expect(JSON.parse((await ask(cluster, 'ann', elsewhere)).text)).toMatchObject({ errors: [{}] });
});

test('a port-forward may ask and reset, and may not report', async () => {
  await using cluster = await startGuarded();
  await report(cluster);
  expect(await pairs(cluster)).toHaveLength(3);
  expect((await call(cluster, undefined, ['10.0.1.1', '10.0.1.2'])).status).toBe(403);
  expect((await ask(cluster, undefined, { query: 'mutation { resetCapture }' })).status).toBe(200);
});

test('a watcher speaks for all nodes, on whichever it runs', async () => {
  await using cluster = await startGuarded();
  const watcher = 'system:serviceaccount:otterize-system:otterize-kafka-watcher';
  const extra = { 'authentication.kubernetes.io/node-name': ['n1'] };
  cluster.kubernetes.reviews.tokens.set('watcher', { username: watcher, extra });
  await call(cluster, 'sniffer-n2', ['10.0.2.1', '10.0.2.2']);
  const { document, operationName } = operations.reportKafkaMapperResults;
  const access = { srcIp: '10.0.2.1', serverPodName: 'b2-x', serverNamespace: 'team-b', topic: 'orders' };
  const results = [{ ...access, operation: 'Read', lastSeen: noon }];
  const body = { query: document, operationName, variables: { results: { results } } };
  expect((await ask(cluster, 'watcher', body)).text).toContain('true');
  const { text } = await ask(cluster, undefined, { query: '{ intents { kafkaTopics { name } } }' });
  expect(text).toContain('orders');
});

test('a sniffer speaks for its node, and for nodes without a sniffer, and for no others', async () => {
  await using cluster = await startGuarded();
  // Node n2 has no sniffer yet: what n1 saw of it is all that is known.
  await call(cluster, 'sniffer-n1', ['10.0.2.1', '10.0.2.2']);
  expect(await pairs(cluster)).toEqual(['team-b/b1 -> team-b/b2']);
  await call(cluster, 'sniffer-n2', ['10.0.1.1', '10.0.2.2']);
  await call(cluster, 'sniffer-n1', ['10.0.2.2', '10.0.2.1']);
  expect(await pairs(cluster)).toEqual(['team-a/a1 -> team-b/b2', 'team-b/b1 -> team-b/b2']);
  const { text } = await ask(cluster, undefined, { query: '{ unmapped { nodes { reason client server } } }' });
  expect(JSON.parse(text)).toEqual({
    data: { unmapped: { nodes: [{ reason: 'other-node', client: '10.0.2.2', server: '10.0.2.1' }] } },
  });
});

test('in mode permissive everybody is answered, and whom the other mode would refuse is counted', async () => {
  await using cluster = await startGuarded('permissive');
  expect((await call(cluster, 'expired', ['10.0.1.1', '10.0.1.2'])).status).toBe(200);
  expect(await pairs(cluster, 'expired')).toEqual(['team-a/a1 -> team-a/a2']);
  expect(await cluster.running.metrics()).toMatch(/^mapper_requests_unauthorized_total 2$/m);
});

test('in mode none the API server is not asked about anybody', async () => {
  await using cluster = await startGuarded('none');
  expect((await ask(cluster, undefined, intents)).status).toBe(200);
  expect(cluster.kubernetes.reviews.counts).toEqual({ token: 0, access: 0 });
});

test('while the API server is away, new callers are asked to try again, and known ones go on', async () => {
  await using cluster = await startGuarded();
  cluster.kubernetes.reviews.allows = mayListIn('team-a');
  await report(cluster);
  expect((await ask(cluster, 'ann', intents)).status).toBe(200);
  await cluster.kubernetes.down();
  expect((await ask(cluster, 'ann', intents)).status).toBe(200);
  const response = await fetch(`${cluster.running.url}/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer new' },
    body: JSON.stringify(intents),
  });
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  await response.text();
});
