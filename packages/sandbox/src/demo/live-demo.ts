import { microservicesDemo } from '../plan.ts';
import { openSandbox, ports, type Sandbox } from '../sandbox.ts';
import { listCommand } from './command-line.ts';
import { narrate } from './narrator.ts';
import { showMap } from './show-map.ts';
import { untilAborted } from './until-aborted.ts';
import { whatElse } from './what-else.ts';

export interface DemoOptions {
  readonly keep: boolean;
  /** Ends the demo early. */
  readonly signal: AbortSignal;
}

/**
 * Runs the small cluster, maps it, prints the map; returns the exit code. Throws a `SandboxError` where there can be no
 * sandbox.
 */
export async function liveDemo({ keep, signal }: DemoOptions): Promise<number> {
  const plan = microservicesDemo;
  narrate(
    `starting a small cluster: ${String(plan.workloads.length)} services, each in a network namespace of its own`,
  );
  await using sandbox = await openSandbox(plan);
  return await untilAborted(signal, async () => {
    await sandbox.startPods();
    narrate(
      'every service reaches those it calls, by DNS, ClusterIP or pod address; some keep their connections open from now on',
    );
    const mapper = await sandbox.startMapper();
    narrate('the mapper is ready: it watches the cluster’s Kubernetes API');
    const sniffer = await sandbox.startSniffer();
    narrate('the sniffer runs on the node: it sees DNS answers, new connections and open sockets');
    const complete = await showMap(sandbox.mapperUrl, {
      processes: [mapper, sniffer],
      cannotComplete: () => !mapper.running || !sniffer.running,
    });
    if (keep) await keepRunning(sandbox, signal);
    else if (complete) process.stdout.write(whatElse);
    return complete ? 0 : 1;
  });
}

async function keepRunning(sandbox: Sandbox, signal: AbortSignal): Promise<void> {
  const { mapperUrl, kubernetes, nodeProcessId } = sandbox;
  const [mapperMetrics, snifferMetrics] = [
    await sandbox.reach(ports.mapperMetrics),
    await sandbox.reach(ports.snifferMetrics),
  ];
  const user = process.getuid?.() === 0 ? '' : ' --user --preserve-credentials';
  process.stdout.write(`
The cluster runs until Ctrl-C. To look around, in another terminal:
  npm run --silent cli -- ${listCommand(mapperUrl).join(' ')}
  curl -s ${mapperUrl}/query -H 'content-type: application/json' -d '{"query":"{ serviceIntents { client { name } intents { name } } }"}'
  curl -s ${mapperMetrics}/metrics                what the mapper counts
  curl -s ${snifferMetrics}/metrics                what the sniffer counts
  curl -s ${kubernetes.url}/api/v1/pods            the cluster's Kubernetes API
  nsenter --target ${String(nodeProcessId)}${user} --net --mount --pid    a shell on the node (try: ip addr; nft list ruleset)
`);
  await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
}
