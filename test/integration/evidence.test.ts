import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { graphOf, microservicesDemo, openSandbox, readMap, type Call, type Sandbox } from '@network-mapper/sandbox';
import { noSandbox } from './sandbox-available.ts';

describe.skipIf(noSandbox)('in a sandbox', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await openSandbox(microservicesDemo);
    await sandbox.startPods();
  });
  afterEach(() => sandbox[Symbol.asyncDispose]());

  /** The calls of the demo that are of some kind, as `client -> server`, sorted. */
  function callsThat(are: (call: Call) => boolean): string[] {
    const workloads = microservicesDemo.workloads.map(workload => ({ ...workload, calls: workload.calls.filter(are) }));
    return [...graphOf({ ...microservicesDemo, workloads })].sort();
  }

  const mapped = async (): Promise<string[]> =>
    [...(await readMap({ mapperUrl: sandbox.mapperUrl, namespace: microservicesDemo.namespace }))].sort();

  /** Starts mapper and sniffer with some kinds of evidence switched off. */
  async function sniffWithout(...off: readonly ('DNS' | 'TCP' | 'SOCKET_SCANNER')[]): Promise<void> {
    await sandbox.startMapper();
    await sandbox.startSniffer({ env: Object.fromEntries(off.map(kind => [`OTTERIZE_ENABLE_${kind}`, 'false'])) });
  }

  const soon = { timeout: 120_000, interval: 200 };

  test('DNS answers alone give the calls by name, and no others', async () => {
    await sniffWithout('TCP', 'SOCKET_SCANNER');
    const byName = callsThat(({ by, connection }) => by.startsWith('name') && connection === 'once');
    await vi.waitFor(async () => expect(await mapped()).toEqual(byName), soon);
  });

  test('new connections alone give the calls that connect each time, by name, ClusterIP or pod address', async () => {
    await sniffWithout('DNS', 'SOCKET_SCANNER');
    const connecting = callsThat(({ connection }) => connection === 'once');
    await vi.waitFor(async () => expect(await mapped()).toEqual(connecting), soon);
  });

  test('open sockets alone give the calls over connections that were open before anybody looked', async () => {
    await sniffWithout('DNS', 'TCP');
    const kept = callsThat(({ connection }) => connection === 'kept');
    expect(kept).toContain('cartservice -> redis-cart');
    await vi.waitFor(async () => expect(await mapped()).toEqual(expect.arrayContaining(kept)), soon);
    // A scan may hit upon a short connection too; whatever it finds, somebody called.
    expect(callsThat(() => true)).toEqual(expect.arrayContaining(await mapped()));
  });

  test('a connection held since before the sniffer started is seen by the scan of open sockets only', async () => {
    await sniffWithout('SOCKET_SCANNER');
    const connecting = callsThat(({ connection }) => connection === 'once');
    await vi.waitFor(async () => expect(await mapped()).toEqual(connecting), soon);
    expect(await mapped()).not.toContain('cartservice -> redis-cart');
  });

  test('all evidence together gives the whole map', async () => {
    await sniffWithout();
    await vi.waitFor(async () => expect(await mapped()).toEqual(callsThat(() => true)), soon);
  });
});
