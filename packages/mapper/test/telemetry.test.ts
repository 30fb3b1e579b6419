import { createLogger } from '@network-mapper/runtime';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ErrorReports } from '../src/publish/telemetry/error-reports.ts';
import { startRecordedCloud, type RecordedCloud } from './recorded-cloud.ts';
import { report } from './reports.ts';
import type { RunningMapperOptions } from './running-mapper.ts';
import { startSmallCluster, type SmallCluster } from './small-cluster.ts';

const soon = <T>(expectation: () => T) => vi.waitFor(expectation, 60_000);

interface Reporting extends SmallCluster {
  readonly cloud: RecordedCloud;
}

async function startReporting(
  env: (address: string) => Readonly<Record<string, string>>,
  options: RunningMapperOptions = {},
): Promise<Reporting> {
  const cloud = await startRecordedCloud();
  onTestFinished(() => cloud[Symbol.asyncDispose]());
  const cluster = await startSmallCluster({ ...options, env: env(cloud.address) });
  onTestFinished(async () => {
    await cluster[Symbol.asyncDispose]();
    expect(cloud.unfit).toEqual([]);
  });
  return { ...cluster, cloud };
}

const toCloud = (address: string) => ({ OTTERIZE_API_ADDRESS: address });

test('what is sent about use says how large the map is, and nothing of whose it is or what is on it', async () => {
  const { cloud, running } = await startReporting(toCloud);
  await soon(() => expect(cloud.of('SendTelemetries')).toHaveLength(1));
  const [{ telemetries = [] } = {}] = cloud.of('SendTelemetries') as {
    telemetries?: { component: Record<string, string>; data: Record<string, unknown> }[];
  }[];
  expect(telemetries.map(({ data }) => `${String(data.eventType)} ${String(data.count)}`)).toEqual([
    'STARTED 1',
    'ACTIVE 0',
    'INTENTS_DISCOVERED_CAPTURE 0',
    'INTENTS_DISCOVERED_SOCKET_SCAN 0',
    'INTENTS_DISCOVERED_TCP 0',
    'INTENTS_DISCOVERED_KAFKA 0',
    'INTENTS_DISCOVERED_ISTIO 0',
    'INTENTS_DISCOVERED 0',
    'SERVICE_DISCOVERED 0',
    'NAMESPACE_DISCOVERED 0',
  ]);
  const component: Readonly<Record<string, string>> = telemetries[0]?.component ?? {};
  expect(Object.keys(component)).toEqual([
    'componentType',
    'componentInstanceId',
    'contextId',
    'version',
    'cloudClientId',
  ]);
  expect(component).toMatchObject({ componentType: 'NETWORK_MAPPER', cloudClientId: null });
  expect(component.contextId).toMatch(/^[0-9a-f]{64}$/);
  await report(running, 'tcp', {
    srcIp: '10.0.0.1',
    destinations: [{ destination: '10.0.0.2', destinationIP: '10.0.0.2' }],
  });
  expect(JSON.stringify(cloud.calls)).not.toMatch(/shop|web|cart|10\.0/);
});

test.each([
  ['OTTERIZE_TELEMETRY_ENABLED', 'false'],
  ['OTTERIZE_TELEMETRY_USAGE_ENABLED', 'false'],
  ['DO_NOT_TRACK', '1'],
  ['OTTERIZE_API_ADDRESS', ''],
])('with %s=%s nothing is sent about use', async (name, value) => {
  const { cloud, ...cluster } = await startReporting(address => ({ ...toCloud(address), [name]: value }));
  await cluster[Symbol.asyncDispose]();
  expect(cloud.calls).toEqual([]);
});

test('an address that swallows what is sent holds up neither the mapper nor its end', async () => {
  const { cloud, ...cluster } = await startReporting(toCloud);
  cloud.fault = () => 'hang';
  await report(cluster.running, 'tcp', {
    srcIp: '10.0.0.1',
    destinations: [{ destination: '10.0.0.2', destinationIP: '10.0.0.2' }],
  });
  const began = performance.now();
  await cluster[Symbol.asyncDispose]();
  expect(performance.now() - began).toBeLessThan(1_500);
});

test('errors are reported to an address that was given for them, without what they are about', async () => {
  const errors = new ErrorReports();
  const logger = createLogger({ name: 'test', debug: false, onError: (message, error) => errors.add(message, error) });
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  onTestFinished(() => written.mockRestore());
  logger.error({ edge: 'shop/web -> shop/cart', error: new RangeError('10.0.0.1') }, 'an edge is refused');
  logger.error('something failed');
  logger.warn('not an error');
  const { cloud } = await startReporting(
    address => ({ OTTERIZE_TELEMETRY_ERRORS_ADDRESS: `${address}/telemetry/query` }),
    { errors },
  );
  await soon(() =>
    expect(cloud.of('ReportErrors')).toMatchObject([
      {
        errors: [
          { message: 'an edge is refused', errorClass: 'RangeError', metadata: null, stack: null },
          { message: 'something failed', errorClass: 'none' },
        ],
      },
    ]),
  );
  expect(JSON.stringify(cloud.calls)).not.toMatch(/shop|10\.0/);
  expect(cloud.of('SendTelemetries')).toEqual([]);
});
