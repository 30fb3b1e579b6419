import { namedWorkload } from '@network-mapper/model';
import { createLogger } from '@network-mapper/runtime';
import { expect, test } from 'vitest';
import { createTrafficMap } from '../../store/traffic-map.ts';
import { HttpClient } from '../outgoing/http-client.ts';
import { createPublisher } from '../sink.ts';
import { startRecordedCloud } from '../../../test/recorded-cloud.ts';
import { CloudClient } from './cloud-client.ts';
import { createCloudSinks } from './cloud-sinks.ts';

const logger = createLogger({ name: 'test', debug: false });
logger.level = 'fatal';

/** A minute after the epoch, and as the pauses go by. */
function createClock() {
  const clock = { now: 60_000, stop: new AbortController() };
  /** Takes no time, but lets others work. */
  const wait = async (milliseconds: number, signal?: AbortSignal): Promise<boolean> => {
    await new Promise(resolve => setImmediate(resolve));
    clock.now += milliseconds;
    return signal?.aborted !== true;
  };
  return { clock, wait };
}

test('after an hour in which the cloud was away it has all that was seen in it, in the order of being seen', async () => {
  await using cloud = await startRecordedCloud();
  const { clock, wait } = createClock();
  const map = createTrafficMap({ dnsCacheCapacity: 1, mostBytes: Infinity, now: () => clock.now });
  const client = new CloudClient({
    http: new HttpClient(),
    address: cloud.address,
    clientId: 'client',
    clientSecret: 'secret',
    timeout: 5_000,
    clock: () => clock.now,
    sent: () => undefined,
  });
  const [sink] = createCloudSinks({
    map,
    client,
    interval: 60_000,
    batch: 7,
    outside: false,
    logger,
    now: () => clock.now,
    refused: () => expect.unreachable(),
  });
  if (sink === undefined) throw new Error('there is no sink of intents');
  const [seen, tries] = [new Set<string>(), { count: 0 }];
  const see = (): void => {
    const name = `server-${seen.size}`;
    seen.add(name);
    map.intents.add({
      client: namedWorkload({ namespace: 'shop', name: 'web' }),
      server: namedWorkload({ namespace: 'shop', name }),
      clientProvenance: () => null,
      serverProvenance: () => null,
      type: null,
      resolvedBy: 'addSocketScanPodIntent',
      evidence: 'SOCKET',
      at: clock.now,
      firstAt: clock.now,
      count: 1,
      endpoint: undefined,
      protocol: null,
      sourcePorts: [1, 2],
      candidates: [],
    });
  };
  const away = { until: clock.now + 3_600_000 };
  const faults = [{ status: 503 }, 'reset', { errors: 'maintenance' }] as const;
  cloud.fault = () => (clock.now < away.until ? faults[tries.count++ % faults.length] : undefined);
  const publisher = createPublisher({
    log: map.log,
    sink,
    logger,
    delivered: () => undefined,
    wait: async (milliseconds, signal) => {
      if (clock.now < away.until) see();
      const delivered = cloud.of('ReportDiscoveredIntents').length;
      if (clock.now > away.until && delivered > 0) clock.stop.abort();
      return wait(milliseconds, signal);
    },
  });
  await publisher.run(clock.stop.signal);

  const intents = cloud
    .of('ReportDiscoveredIntents')
    .flatMap(({ intents: list }) => list as readonly { readonly discoveredAt: string; readonly intent: Intent }[]);
  expect(seen.size).toBeGreaterThan(30);
  expect(new Set(intents.map(({ intent }) => intent.serverName))).toEqual(seen);
  const times = intents.map(({ discoveredAt }) => discoveredAt);
  expect(times).toEqual(times.toSorted());
  expect(intents.every(({ intent }) => intent.connectionsCount.current === 2)).toBe(true);
  // Two tries a minute and a few requests each; without pauses there would be thousands.
  expect(tries.count).toBeLessThan(1_000);
  expect(cloud.unfit).toEqual([]);
});

interface Intent {
  readonly serverName: string;
  readonly connectionsCount: { readonly current: number };
}
