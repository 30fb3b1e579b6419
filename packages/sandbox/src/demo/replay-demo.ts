import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createKubernetesApi, updateEndpointSlices } from '@network-mapper/testkit';
import { clusterObjects } from '../cluster-objects.ts';
import { startProcess } from '../inside/processes.ts';
import { layOut } from '../layout.ts';
import { microservicesDemo } from '../plan.ts';
import { programs } from '../programs.ts';
import { SandboxError } from '../sandbox-error.ts';
import { ready, WatchedProcess } from '../watched-process.ts';
import type { DemoOptions } from './live-demo.ts';
import { narrate } from './narrator.ts';
import { showMap } from './show-map.ts';
import { untilAborted } from './until-aborted.ts';
import { whatElse } from './what-else.ts';

const recording = fileURLToPath(new URL('../../recorded/demo.pcap', import.meta.url));

/** A port of this machine that was free just now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

/** Starts one of our programs beside this process; it is killed when this process ends, however that is. */
async function startBeside(
  name: string,
  { args, env }: { args: readonly string[]; env: Readonly<Record<string, string>> },
): Promise<WatchedProcess> {
  const events = {
    onLine: (line: string): void => started.onEvent({ line }),
    onExit: (exitCode: number | null): void => started.onEvent({ exitCode }),
  };
  const child = await startProcess(
    { command: ['setpriv', '--pdeathsig', 'KILL', process.execPath, ...args], env },
    events,
  );
  const started = new WatchedProcess(name, signal => void child.kill(signal));
  return started;
}

/**
 * Where a cluster cannot be started: maps its recorded traffic, by the same sniffer, mapper and command line; returns
 * the exit code.
 */
export async function replayDemo({ keep, signal }: DemoOptions): Promise<number> {
  if (keep) narrate('--keep is without effect: a replay leaves nothing running');
  narrate('replaying traffic recorded in such a cluster, through the same sniffer, mapper and command line');
  await using kubernetes = await createKubernetesApi();
  kubernetes.put(...clusterObjects(layOut(microservicesDemo)));
  updateEndpointSlices(kubernetes);
  await using stack = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), 'network-mapper-'));
  stack.defer(() => rmSync(directory, { recursive: true, force: true }));
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, kubernetes.kubeconfig());

  const [apiPort, metricsPort] = [await freePort(), await freePort()];
  const mapperUrl = `http://127.0.0.1:${String(apiPort)}`;
  const mapperEnv = {
    KUBECONFIG: kubeconfig,
    OTTERIZE_API_PORT: String(apiPort),
    OTTERIZE_METRICS_PORT: String(metricsPort),
  };
  const mapper = await startBeside('mapper', { args: [programs.mapper], env: mapperEnv });
  stack.defer(() => mapper.signal('SIGKILL'));
  return await untilAborted(signal, async () => {
    await ready(`${mapperUrl}/healthz`, mapper);
    narrate('the mapper is ready: it watches the cluster’s Kubernetes API');
    const sniffer = await startBeside('sniffer', {
      args: [programs.sniffer, '--pcap', recording, '--as-if-now'],
      env: { OTTERIZE_MAPPER_API_URL: mapperUrl },
    });
    stack.defer(() => sniffer.signal('SIGKILL'));
    const code = await sniffer.exited();
    if (code !== 0)
      throw new SandboxError(
        'broken',
        `the sniffer did not read ${recording}:\n${sniffer.lines.slice(-10).join('\n')}`,
      );
    const complete = await showMap(mapperUrl, { processes: [mapper, sniffer], cannotComplete: () => !mapper.running });
    if (complete) process.stdout.write(whatElse);
    return complete ? 0 : 1;
  });
}
