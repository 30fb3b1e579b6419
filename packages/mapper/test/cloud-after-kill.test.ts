import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentOptions, createAgent } from '@network-mapper/reporting';
import { createLogger, every, readOptions, runAll } from '@network-mapper/runtime';
import { createKubernetesApi, freePort } from '@network-mapper/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startRecordedCloud } from './recorded-cloud.ts';
import { workload } from './small-cluster.ts';

const main = new URL('../src/main.ts', import.meta.url).pathname;
const logger = createLogger({ name: 'test', debug: false });
logger.level = 'fatal';

test('of a mapper that is killed in the middle of uploads the cloud gets all that was seen, once it runs again', async () => {
  await using cloud = await startRecordedCloud();
  await using kubernetes = await createKubernetesApi();
  const servers = Array.from({ length: 60 }, (_, at) => `server-${at}`);
  kubernetes.put(...workload('web', '10.0.0.1'));
  kubernetes.put(...servers.flatMap((name, at) => workload(name, `10.0.1.${at + 1}`)));
  const folder = await mkdtemp(join(tmpdir(), 'killed-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'config'), kubernetes.kubeconfig());
  const port = await freePort();
  const start = (): ChildProcess =>
    spawn(process.execPath, [main], {
      env: {
        PATH: process.env.PATH,
        KUBECONFIG: join(folder, 'config'),
        OTTERIZE_API_PORT: String(port),
        OTTERIZE_METRICS_PORT: '0',
        OTTERIZE_API_ADDRESS: cloud.address,
        OTTERIZE_CLIENT_ID: 'client',
        OTTERIZE_CLIENT_SECRET: 'secret',
        OTTERIZE_UPLOAD_INTERVAL_SECONDS: '1',
        OTTERIZE_UPLOAD_BATCH_SIZE: '5',
        DO_NOT_TRACK: '1',
      },
      stdio: 'ignore',
    });
  let mapper = start();
  onTestFinished(() => void mapper.kill('SIGKILL'));
  const delivered = (): ReadonlySet<string> =>
    new Set(
      cloud
        .of('ReportDiscoveredIntents')
        .flatMap(({ intents }) => intents as readonly { readonly intent: { readonly serverName: string } }[])
        .map(({ intent }) => intent.serverName),
    );
  // Every third request fails: there is always something on its way.
  let requests = 0;
  cloud.fault = () => (++requests % 3 === 0 ? 'reset' : undefined);

  const stop = new AbortController();
  const left = [...servers.keys()];
  const agent = createAgent({
    kind: 'test-agent',
    version: '1.0.0',
    evidence: ['SOCKET'],
    config: readOptions(agentOptions, {
      OTTERIZE_MAPPER_API_URL: `http://127.0.0.1:${port}/query`,
      OTTERIZE_HEALTH_PROBES_PORT: '0',
      OTTERIZE_METRICS_PORT: '0',
    }),
    logger,
    reportInterval: 50,
    sources: ({ record }) => [
      {
        name: 'what is seen, each once',
        run: signal =>
          every(
            100,
            () => {
              const at = left.shift();
              if (at === undefined) return;
              const now = Date.now();
              record({
                evidence: 'SOCKET',
                client: { kind: 'address', ip: '10.0.0.1' },
                server: { kind: 'address', ip: `10.0.1.${at + 1}`, port: 80 },
                firstAt: now,
                at: now,
                count: 1,
                detail: { kind: 'connection', sourcePorts: [40_000] },
              });
            },
            signal,
          ),
      },
    ],
  });
  const running = runAll(agent.runnables, stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  for (const wanted of [5, 25]) {
    await vi.waitFor(() => expect(delivered().size).toBeGreaterThanOrEqual(wanted), 120_000);
    const ended = once(mapper, 'exit');
    mapper.kill('SIGKILL');
    await ended;
    mapper = start();
  }
  await vi.waitFor(() => expect([...delivered()].sort()).toEqual(servers.toSorted()), 120_000);
  expect(cloud.unfit).toEqual([]);
});
