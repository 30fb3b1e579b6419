import { setTimeout as sleep } from 'node:timers/promises';
import type { Checks } from './checks.ts';
import type { ApiServer } from './cluster.ts';
import { demoNamespace } from './demo-application.ts';
import type { Kubectl } from './kubectl.ts';
import type { ShownMap } from './shown-map.ts';

export interface OutageWorld {
  readonly kubectl: Kubectl;
  readonly map: ShownMap;
  readonly checks: Checks;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  /** The namespace of the mapper. */
  readonly system: string;
  readonly rolledOut: () => Promise<void>;
  /** Undefined where the cluster's API server is not ours to stop. */
  readonly apiServer: ApiServer | undefined;
}

const secondsAway = 40;

/** What is killed comes back, and the map with it: mapper, sniffers, API server. */
export async function checkOutages(world: OutageWorld): Promise<void> {
  const { kubectl, map, checks, say, signal, system, rolledOut, apiServer } = world;
  const kill = (app: string): Promise<string> =>
    kubectl('delete', 'pod', '-n', system, '-l', `app=${app}`, '--grace-period=0', '--force', '--wait');
  await checks.check('a mapper that was restarted gets its map back', async () => {
    await kubectl('delete', 'pod', '-n', system, '-l', 'app=otterize-network-mapper', '--wait');
    await rolledOut();
    await map.isTheDemo(90);
  });
  await checks.check('sniffers and mapper that were killed at once draw the map again', async () => {
    await Promise.all([kill('otterize-network-sniffer'), kill('otterize-network-mapper')]);
    await rolledOut();
    await map.isTheDemo(90);
  });
  if (apiServer === undefined) {
    say('skipped: the API server of this cluster cannot be taken away');
    return;
  }
  await checks.check(
    'while the API server is away nothing is forgotten, and what is made afterwards is mapped',
    async () => {
      await apiServer.kill();
      await sleep(secondsAway * 1000, undefined, { signal });
      await apiServer.start();
      await map.isTheDemo(90);
      // New pods, with new addresses, of which the mapper hears by its watches.
      await kubectl('rollout', 'restart', '-n', demoNamespace, 'deployment', 'cartservice');
      await kubectl('rollout', 'status', '-n', demoNamespace, 'deployment', 'cartservice', '--timeout=120s');
      await map.isTheDemo(60);
      const restarts = '{.items[*].status.containerStatuses[*].restartCount}';
      const counts = await kubectl('get', 'pods', '-n', system, '-o', `jsonpath=${restarts}`);
      if (/[1-9]/.test(counts)) throw new Error(`pods of ours were restarted: ${counts}`);
    },
  );
}
