import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { startOtlpCollector, type OtlpCollector } from './otlp-collector.ts';
import { report } from './reports.ts';
import { startSmallCluster, type SmallCluster } from './small-cluster.ts';

afterEach(() => vi.unstubAllEnvs());

const fast = {
  OTTERIZE_ENABLE_OTEL_EXPORT: 'true',
  OTTERIZE_UPLOAD_INTERVAL_SECONDS: '1',
  OTEL_METRIC_EXPORT_INTERVAL: '100',
};

async function startExporting(
  env: Readonly<Record<string, string>> = {},
  over: 'grpc' | 'http' = 'grpc',
): Promise<{
  readonly collector: OtlpCollector;
  readonly cluster: SmallCluster;
  readonly stop: () => Promise<void>;
}> {
  const collector = await startOtlpCollector(over);
  onTestFinished(() => collector[Symbol.asyncDispose]());
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
  const cluster = await startSmallCluster({ env: { ...fast, ...env } });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= Promise.resolve(cluster[Symbol.asyncDispose]()));
  onTestFinished(stop);
  return { collector, cluster, stop };
}

/** The workload `web` opens connections to `cart` from these ports. */
const connect = ({ running }: SmallCluster, ...srcPorts: readonly number[]) =>
  report(running, 'tcp', {
    srcIp: '10.0.0.1',
    destinations: [{ destination: '10.0.0.2', destinationIP: '10.0.0.2', destinationPort: 80, srcPorts }],
  });

const soon = { timeout: 60_000 };
const pair = 'web.shop -> cart.shop';

test('a collector gets a counter of the calls of each pair, with both namespaces, under the name that was set', async () => {
  vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'deployment.environment=test,service.name=other');
  vi.stubEnv('OTEL_SERVICE_NAME', 'network-mapper');
  const { collector, cluster } = await startExporting({ OTTERIZE_OTEL_METRIC_NAME: 'calls' });
  await connect(cluster, 40_001, 40_002);
  await vi.waitFor(() => expect([...collector.values]).toEqual([[pair, 2]]), soon);
  expect(collector.counter()).toMatchObject({
    name: 'calls',
    description: 'Count of edges between two nodes',
    meter: 'otelexporter',
    kind: 'CUMULATIVE monotonic',
    resource: {
      'otel.scope.name': 'otterize/network-mapper',
      'deployment.environment': 'test',
      'service.name': 'network-mapper',
      'telemetry.sdk.name': 'opentelemetry',
    },
  });
});

test('a pair grows by its new connections of each interval, by one while it only goes on, and not without traffic', async () => {
  const { collector, cluster } = await startExporting();
  await connect(cluster, 40_001, 40_002);
  await vi.waitFor(() => expect(collector.values.get(pair)).toBe(2), soon);
  const before = collector.messages();
  // More than one interval.
  await vi.waitFor(() => expect(collector.messages()).toBeGreaterThan(before + 12), soon);
  expect(collector.values.get(pair)).toBe(2);
  await report(cluster.running, 'dns', {
    srcIp: '10.0.0.1',
    destinations: [{ destination: 'cart.shop.svc.cluster.local', destinationIP: '10.96.0.2', TTL: 30 }],
  });
  await vi.waitFor(() => expect(collector.values.get(pair)).toBe(3), soon);
});

test('a reset of the map takes nothing from the counts', async () => {
  const { collector, cluster } = await startExporting();
  await connect(cluster, 40_001);
  await cluster.running.ask('mutation { resetCapture }');
  await vi.waitFor(() => expect(collector.values.get(pair)).toBe(1), soon);
});

test('a collector that refuses is counted, and gets all of it when it accepts again', async () => {
  const { collector, cluster } = await startExporting();
  collector.refuse.now = true;
  await connect(cluster, 40_001, 40_002, 40_003);
  const failed = /^mapper_opentelemetry_exports_total\{result="failed"\} [1-9]/m;
  await vi.waitFor(async () => expect(await cluster.running.metrics()).toMatch(failed), soon);
  expect(collector.values.size).toBe(0);
  collector.refuse.now = false;
  await vi.waitFor(() => expect(collector.values.get(pair)).toBe(3), soon);
});

test('what was seen last is delivered when the mapper stops', async () => {
  const slow = { OTTERIZE_UPLOAD_INTERVAL_SECONDS: '3600', OTEL_METRIC_EXPORT_INTERVAL: '3600000' };
  const { collector, cluster, stop } = await startExporting(slow);
  await connect(cluster, 40_001);
  await stop();
  expect(collector.values.get(pair)).toBe(1);
});

test('a collector that is away does not keep the mapper from its end', async () => {
  const { collector, cluster, stop } = await startExporting();
  await collector[Symbol.asyncDispose]();
  await connect(cluster, 40_001);
  const started = performance.now();
  await stop();
  expect(performance.now() - started).toBeLessThan(4_000);
});

test('by HTTP the same counts come as by gRPC', async () => {
  const { collector, cluster } = await startExporting({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, 'http');
  await connect(cluster, 40_001, 40_002);
  await vi.waitFor(() => expect([...collector.values]).toEqual([[pair, 2]]), soon);
  expect(collector.counter()?.kind).toBe('CUMULATIVE monotonic');
});

test.each(['grpc', 'http'] as const)(
  'points that a collector refuses of a message are counted, over %s',
  async over => {
    const protocol = { OTEL_EXPORTER_OTLP_PROTOCOL: over === 'http' ? 'http/protobuf' : 'grpc' };
    const { collector, cluster } = await startExporting(protocol, over);
    collector.refusePoints.now = 3;
    await connect(cluster, 40_001);
    await vi.waitFor(async () => {
      const refused = /^mapper_opentelemetry_refused_points_total (\d+)/m.exec(await cluster.running.metrics());
      expect(Number(refused?.[1])).toBeGreaterThanOrEqual(3);
    }, soon);
  },
);

test('a series begins with its edge, never goes back, and ends with it instead of being set to zero', async () => {
  const { collector, cluster } = await startExporting();
  const begun = cluster.running.clock.now;
  await connect(cluster, 40_001, 40_002);
  await vi.waitFor(() => expect(collector.values.get(pair)).toBe(2), soon);
  cluster.running.clock.now += 60_000;
  await cluster.running.ask('mutation { resetCapture }');
  // Nothing comes of it any more, not even a message.
  await vi.waitFor(async () => {
    const before = collector.messages();
    await new Promise(resolve => setTimeout(resolve, 500));
    expect(collector.messages()).toBe(before);
  }, soon);
  await connect(cluster, 40_009);
  await vi.waitFor(() => expect(collector.points.at(-1)?.value).toBe(1), soon);
  const [first] = collector.points;
  const last = collector.points.at(-1);
  expect(first?.start).toBeLessThanOrEqual(begun);
  expect(collector.points.every(({ start, time, value }) => start <= time && value > 0)).toBe(true);
  // Sums of one series, by its start.
  const bySeries = Map.groupBy(collector.points, ({ start }) => start);
  expect(bySeries.size).toBe(2);
  for (const points of bySeries.values())
    expect(points.map(({ value }) => value)).toEqual(points.map(({ value }) => value).sort((a, b) => a - b));
  expect(last?.start).toBeGreaterThan(first?.start ?? Infinity);
});

test('not asked to export, the mapper sends nothing', async () => {
  const { collector, cluster, stop } = await startExporting({ OTTERIZE_ENABLE_OTEL_EXPORT: 'false' });
  await connect(cluster, 40_001);
  await stop();
  expect(collector.messages()).toBe(0);
});
