import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  graphOf,
  microservicesDemo,
  openSandbox,
  ports,
  readMap,
  type Sandbox,
  type WatchedProcess,
} from '@network-mapper/sandbox';
import { noSandbox } from './sandbox-available.ts';

describe.skipIf(noSandbox)('in a sandbox', () => {
  let sandbox: Sandbox;
  let pods: ReadonlyMap<string, WatchedProcess>;
  beforeEach(async () => {
    sandbox = await openSandbox(microservicesDemo);
    pods = await sandbox.startPods();
  });
  afterEach(() => sandbox[Symbol.asyncDispose]());

  const everyCall = [...graphOf(microservicesDemo)].sort();
  const mapped = async (): Promise<string[]> =>
    [...(await readMap({ mapperUrl: sandbox.mapperUrl, namespace: microservicesDemo.namespace }))].sort();
  const wholeMap = (): Promise<void> =>
    vi.waitFor(async () => expect(await mapped()).toEqual(everyCall), { timeout: 120_000, interval: 200 });

  /** No traffic from now on: whatever a mapper learns, it learns from what the sniffer has kept. */
  const endAllTraffic = (): Promise<unknown> => Promise.all([...pods.values()].map(pod => pod.signal('SIGKILL')));

  /** How many sightings the sniffer holds, by kind of evidence. */
  async function held(metricsUrl: string): Promise<Readonly<Record<string, number>>> {
    const text = await (await fetch(`${metricsUrl}/metrics`)).text();
    const samples = text.matchAll(/^sniffer_sightings_held\{evidence="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries([...samples].map(([, evidence = '', value]) => [evidence, Number(value)]));
  }

  test('a mapper that starts late gets all that was seen before, also of pods that talk no more', async () => {
    await sandbox.startSniffer();
    const metricsUrl = await sandbox.reach(ports.snifferMetrics);
    await vi.waitFor(
      async () => {
        const { dns = 0, tcp = 0, socket = 0 } = await held(metricsUrl);
        // One for each call that is looked up, that connects, and that holds its connection.
        expect([dns >= 9, tcp >= 13, socket >= 3]).toEqual([true, true, true]);
      },
      { timeout: 120_000, interval: 100 },
    );
    await endAllTraffic();
    await sandbox.startMapper();
    await wholeMap();
  });

  test('a mapper that restarts gets its map back within seconds, also of pods that talk no more', async () => {
    const mapper = await sandbox.startMapper();
    await sandbox.startSniffer();
    await wholeMap();
    await endAllTraffic();
    await mapper.signal('SIGKILL');
    await sandbox.startMapper();
    await wholeMap();
  });

  test('a mapper that hangs for a while loses nothing of what is seen meanwhile', async () => {
    const mapper = await sandbox.startMapper();
    await mapper.signal('SIGSTOP');
    await sandbox.startSniffer({ env: { OTTERIZE_CALLS_TIMEOUT: '2s' } });
    const metricsUrl = await sandbox.reach(ports.snifferMetrics);
    await vi.waitFor(async () => expect((await held(metricsUrl)).tcp ?? 0).toBeGreaterThanOrEqual(13), {
      timeout: 120_000,
      interval: 100,
    });
    await mapper.signal('SIGCONT');
    await wholeMap();
  });
});
