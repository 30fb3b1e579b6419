import { expect, onTestFinished, test, vi } from 'vitest';
import { registrableDomain } from '../src/publish/service-graph/registrable-domain.ts';
import { checkMetrics, hasPrometheus, startPrometheus } from './prometheus.ts';
import { report } from './reports.ts';
import type { RunningMapperOptions } from './running-mapper.ts';
import { startSmallCluster, workload, type SmallCluster } from './small-cluster.ts';

async function startGraphed(options: RunningMapperOptions = {}): Promise<SmallCluster> {
  const cluster = await startSmallCluster({ ...options, env: { OTTERIZE_EDGE_METRICS: 'true', ...options.env } });
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  return cluster;
}

const call = ({ running }: SmallCluster, from: string, to: string) =>
  report(running, 'tcp', { srcIp: from, destinations: [{ destination: to, destinationIP: to, destinationPort: 80 }] });

const lookUp = ({ running }: SmallCluster, name: string) =>
  report(running, 'dns', {
    srcIp: '10.0.0.1',
    destinations: [{ destination: name, destinationIP: '198.51.100.7', TTL: 60 }],
  });

/** The series of the graph, without what they have in common. */
async function series({ running }: SmallCluster): Promise<readonly string[]> {
  const prefix = 'traces_service_graph_request_total';
  const lines = (await running.metrics()).split('\n').filter(line => line.startsWith(`${prefix}{`));
  return lines.map(line => line.slice(prefix.length)).sort();
}

const toCart =
  '{client="web",server="cart",connection_type="",client_service_namespace="shop",server_service_namespace="shop"}';

test('each pair is a series, with both namespaces and the kind of what is called', async () => {
  const cluster = await startGraphed();
  await cluster.put(
    ...workload('cart', '10.0.9.2').map(object => ({
      ...object,
      metadata: { ...object.metadata, namespace: 'other' },
    })),
  );
  await call(cluster, '10.0.0.1', '10.0.0.2');
  await call(cluster, '10.0.0.1', '10.0.9.2');
  await call(cluster, '203.0.113.9', '10.0.0.2');
  await lookUp(cluster, 'api.example.com');
  expect(await series(cluster)).toEqual([
    '{client="internet",server="cart",connection_type="virtual_node",client_service_namespace="",server_service_namespace="shop"} 1',
    '{client="web",server="api.example.com",connection_type="virtual_node",client_service_namespace="shop",server_service_namespace=""} 1',
    '{client="web",server="cart",connection_type="",client_service_namespace="shop",server_service_namespace="other"} 1',
    `${toCart} 1`,
  ]);
  await call(cluster, '10.0.0.1', '10.0.0.2');
  expect(await series(cluster)).toContain(`${toCart} 2`);
  await cluster.running.ask('mutation { resetCapture }');
  expect((await series(cluster)).filter(line => line.includes('connection_type=""'))).toEqual([]);
});

test('unless it is wanted the metrics endpoint says nothing of who calls whom', async () => {
  const cluster = await startGraphed({ env: { OTTERIZE_EDGE_METRICS: 'false' } });
  await call(cluster, '10.0.0.1', '10.0.0.2');
  expect(await series(cluster)).toEqual([]);
});

test('pairs beyond the limit are one series, which never goes back, and are counted', async () => {
  const cluster = await startGraphed({ env: { OTTERIZE_EDGE_METRICS_MAX_SERIES: '1' } });
  await call(cluster, '10.0.0.1', '10.0.0.2');
  await series(cluster);
  await lookUp(cluster, 'a.example.com');
  await lookUp(cluster, 'b.example.com');
  const overflow =
    '{client="__overflow__",server="__overflow__",connection_type="",client_service_namespace="",server_service_namespace=""}';
  expect(await series(cluster)).toEqual([`${overflow} 2`, `${toCart} 1`]);
  const text = await cluster.running.metrics();
  expect(text).toContain('mapper_edge_series 1\n');
  expect(text).toContain('mapper_edge_series_overflowed 2\n');
  await lookUp(cluster, 'a.example.com');
  expect(await series(cluster)).toContain(`${overflow} 3`);
  await cluster.running.ask('mutation { resetCapture }');
  expect(await series(cluster)).toEqual([`${overflow} 3`]);
  await lookUp(cluster, 'c.example.com');
  expect(await series(cluster)).toContain(`${overflow} 3`);
});

test('names outside can be folded to the domains that people register', async () => {
  const outgoing = { extraCas: [], proxy: {}, nameOf: registrableDomain };
  const cluster = await startGraphed({ outgoing });
  for (const name of ['a.shop.example.co.uk', 'b.example.co.uk', 'bucket.s3.eu-west-1.amazonaws.com'])
    await lookUp(cluster, name);
  const servers = (await series(cluster)).map(line => /server="([^"]*)".* (\d+)$/.exec(line)?.slice(1).join(' '));
  expect(servers).toEqual(['amazonaws.com 1', 'example.co.uk 2']);
});

test.skipIf(!hasPrometheus)('promtool has nothing against the metrics but the names of the original', async () => {
  const cluster = await startGraphed();
  await call(cluster, '10.0.0.1', '10.0.0.2');
  const problems = checkMetrics(await cluster.running.metrics());
  const original =
    /^(dns|tcp|socketscan|kafka|istio|aws|gcp|azure|traffic_level)_(reported_|dropped_)?(connections|topics|reports) counter metrics should have "_total" suffix$/;
  expect(problems.filter(problem => !original.test(problem) && !/^nodejs_|^process_/.test(problem))).toEqual([]);
});

test.skipIf(!hasPrometheus)(
  'a real Prometheus answers the query of Grafana’s service graph with the pairs',
  async () => {
    const cluster = await startGraphed();
    await using prometheus = await startPrometheus(await cluster.running.metricsPort);
    await call(cluster, '10.0.0.1', '10.0.0.2');
    await vi.waitFor(
      async () => {
        await call(cluster, '10.0.0.1', '10.0.0.2');
        const [pair] = await prometheus.query(
          'sum by (client, server) (rate(traces_service_graph_request_total{client_service_namespace="shop"}[30s]))',
        );
        expect(pair?.metric).toEqual({ client: 'web', server: 'cart' });
        expect(Number(pair?.value[1])).toBeGreaterThan(0);
      },
      { timeout: 60_000, interval: 500 },
    );
  },
);
