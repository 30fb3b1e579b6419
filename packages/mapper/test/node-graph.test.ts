import { expect, onTestFinished, test } from 'vitest';
import { report } from './reports.ts';
import { startSmallCluster, type SmallCluster } from './small-cluster.ts';

/** `web` of `shop` calls `cart` of `shop` and a name outside, and is called from outside. */
async function startMapped(env: Readonly<Record<string, string>> = {}): Promise<SmallCluster> {
  const cluster = await startSmallCluster({ env });
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  const tcp = (srcIp: string, destination: string) =>
    report(cluster.running, 'tcp', {
      srcIp,
      destinations: [{ destination, destinationIP: destination, destinationPort: 80 }],
    });
  if (env.OTTERIZE_API_AUTH === 'required') return cluster;
  await tcp('10.0.0.1', '10.0.0.2');
  await tcp('203.0.113.9', '10.0.0.1');
  await report(cluster.running, 'dns', {
    srcIp: '10.0.0.1',
    destinations: [{ destination: 'api.example.com', destinationIP: '198.51.100.7', TTL: 60 }],
  });
  return cluster;
}

async function get({ running }: SmallCluster, path: string, headers = {}): Promise<readonly Record<string, unknown>[]> {
  const response = await fetch(`${running.url}/api/graph/${path}`, { headers });
  expect(response.status).toBe(200);
  return (await response.json()) as readonly Record<string, unknown>[];
}

test('Grafana’s node graph panel gets nodes and edges in its fields, and no edge without its nodes', async () => {
  const cluster = await startMapped();
  const [nodes, edges] = [await get(cluster, 'nodes'), await get(cluster, 'edges')];
  expect(nodes.map(({ id, title, subtitle, mainstat }) => [id, title, subtitle, mainstat])).toEqual([
    ['shop/web', 'web', 'shop', 1],
    ['outside/api.example.com', 'api.example.com', '', 1],
    ['outside/internet', 'internet', '', 0],
    ['shop/cart', 'cart', 'shop', 1],
  ]);
  expect(edges.map(({ source, target, detail__ports }) => [source, target, detail__ports])).toEqual([
    ['shop/web', 'shop/cart', '80'],
    ['shop/web', 'outside/api.example.com', ''],
    ['outside/internet', 'shop/web', '80'],
  ]);
  expect(new Set(edges.map(({ id }) => id)).size).toBe(3);
  // The panel's documented fields, and details of any name.
  const fields =
    /^(id|title|subtitle|mainstat|secondarystat|color|icon|source|target|thickness|strokeDasharray|detail__.+)$/;
  for (const item of [...nodes, ...edges]) for (const field of Object.keys(item)) expect(field).toMatch(fields);

  expect(await get(cluster, 'nodes?limit=1')).toHaveLength(1);
  expect(await get(cluster, 'edges?limit=1')).toEqual([]);
  expect(await get(cluster, 'edges?namespace=elsewhere')).toEqual([]);
  expect((await fetch(`${cluster.running.url}/api/graph/nodes?limit=x`)).status).toBe(400);
});

test('the graph is behind the same door as queries', async () => {
  const cluster = await startMapped({ OTTERIZE_API_AUTH: 'required' });
  cluster.kubernetes.reviews.tokens.set('nobody', { username: 'nobody' });
  const status = async (headers: Readonly<Record<string, string>>) =>
    (await fetch(`${cluster.running.url}/api/graph/edges`, { headers })).status;
  expect(await status({ authorization: 'Bearer unknown' })).toBe(401);
  expect(await status({ authorization: 'Bearer nobody' })).toBe(403);
  expect(await status({ origin: 'https://evil.example' })).toBe(403);
});
