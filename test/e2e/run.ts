import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Checks, until } from './checks.ts';
import { findCluster, type Cluster } from './cluster.ts';
import { command } from './command.ts';
import { demoApplication, demoList, demoNamespace } from './demo-application.ts';
import { makeImages } from './images.ts';
import { apply, kubectlOf } from './kubectl.ts';
import { callsByKind, callsOnNodes, kindsNamespace, nodesNamespace, shortLived } from './special-workloads.ts';
import { workloadObjects } from './workloads.ts';

// The network mapper on a real cluster: deployed with plain manifests and least privilege, read with its command line through a
// port-forward. Ends with a line `N passed, N failed`. KEEP=1 leaves everything in a cluster that was there before.

const system = 'otterize-system';
const cli = join(import.meta.dirname, '../../packages/cli/src/main.ts');
const say = (line: string) => console.log(line);

async function main(): Promise<number> {
  const cluster = await findCluster(say);
  if (cluster === undefined) {
    say('skipped: the end-to-end test on a cluster needs one');
    return 0;
  }
  const folder = await mkdtemp(join(tmpdir(), 'e2e-images-'));
  try {
    say('making the images');
    await cluster.loadImages(await makeImages(folder));
    return await test(cluster);
  } finally {
    await rm(folder, { recursive: true });
    await cluster.stop();
  }
}

async function test({ kubeconfig }: Cluster): Promise<number> {
  const kubectl = kubectlOf(kubeconfig);
  const list = (namespace: string) =>
    command(process.execPath, [cli, 'list', '--short', '--quiet', '-n', namespace, '--kubeconfig', kubeconfig]);
  const rollouts = async (namespace: string) => {
    await kubectl('rollout', 'status', '-n', namespace, 'deployment,statefulset,daemonset', '--timeout=120s');
  };
  const mapShows = (namespace: string, calls: readonly string[], seconds: number) =>
    until(
      { seconds, wanted: calls.join(', ') },
      async () => callsIn(await list(namespace)).join(', '),
      shown => calls.every(call => shown.split(', ').includes(call)),
    );
  const demoIsMapped = (seconds: number) =>
    until(
      { seconds, wanted: demoList },
      () => list(demoNamespace),
      shown => shown === demoList,
    );

  const checks = new Checks(say);
  const nodes = (await kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ');
  const installed = [demoNamespace, nodesNamespace, kindsNamespace, system];
  try {
    say(`starting the workloads on ${nodes.length} nodes`);
    const onNodes = callsOnNodes(nodes);
    const byKind = callsByKind(nodes);
    await apply(kubeconfig, await workloadObjects(demoNamespace, demoApplication));
    await apply(kubeconfig, await workloadObjects(nodesNamespace, onNodes.workloads));
    await apply(kubeconfig, await workloadObjects(kindsNamespace, byKind.workloads));
    await Promise.all([demoNamespace, nodesNamespace, kindsNamespace].map(rollouts));

    await checks.check('within 30 s of the install the list is the call graph of the demo', async () => {
      await apply(kubeconfig, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: system } }]);
      for (const name of ['mapper', 'sniffer']) await kubectl('apply', '-f', join(import.meta.dirname, `${name}.yaml`));
      await demoIsMapped(30);
    });
    await checks.check('everything installed is ready', () => rollouts(system));
    for (const { node, call } of onNodes.calls) {
      await checks.check(`traffic that never leaves node ${node} is mapped`, () =>
        mapShows(nodesNamespace, [call], 15),
      );
    }
    // The name of a StatefulSet's pod may have been looked up before the pod was there: DNS forgets that after 30 s.
    for (const { title, call } of byKind.calls) {
      await checks.check(`${title} is mapped`, () => mapShows(kindsNamespace, [call], 45));
    }
    await checks.check('a pod that lives for five seconds is mapped', async () => {
      await apply(kubeconfig, (await workloadObjects(kindsNamespace, [shortLived.workload])).slice(2));
      await mapShows(kindsNamespace, [shortLived.call], 30);
    });
    await checks.check('the mapper may read what it maps, and nothing else', async () => {
      const may = (verb: string, resource: string) =>
        kubectl(
          'auth',
          'can-i',
          verb,
          resource,
          '-A',
          '--as',
          `system:serviceaccount:${system}:otterize-network-mapper`,
        ).catch(String);
      if (!(await may('list', 'pods')).startsWith('yes')) throw new Error('it may not list pods');
      for (const [verb = '', resource = ''] of [
        ['get', 'secrets'],
        ['delete', 'pods'],
        ['create', 'pods/exec'],
      ]) {
        if ((await may(verb, resource)).startsWith('yes')) throw new Error(`it may ${verb} ${resource}`);
      }
    });
    await checks.check('a mapper that was restarted gets its map back', async () => {
      await kubectl('delete', 'pod', '-n', system, '-l', 'app=otterize-network-mapper', '--wait');
      await rollouts(system);
      await demoIsMapped(90);
    });
    if (checks.failed > 0) await showState(kubectl);
  } finally {
    if (process.env.KEEP !== '1') {
      await kubectl('delete', 'namespace', ...installed, '--ignore-not-found');
      await kubectl('delete', 'clusterrole,clusterrolebinding', 'otterize-network-mapper', '--ignore-not-found');
    }
  }
  say(`${checks.passed} passed, ${checks.failed} failed`);
  return checks.failed === 0 ? 0 : 1;
}

/** What a short list shows, as `client > server`. */
function callsIn(shortList: string): readonly string[] {
  let client = '';
  return shortList.split('\n').flatMap(line => {
    const heading = /^(\S+) in namespace \S+ calls:$/.exec(line);
    if (heading) client = heading[1] ?? '';
    return line.startsWith('  - ') ? [`${client} > ${line.slice(4)}`] : [];
  });
}

/** For whoever has to find out why. */
async function showState(kubectl: ReturnType<typeof kubectlOf>): Promise<void> {
  say(await kubectl('get', 'pods', '-A', '-o', 'wide'));
  for (const app of ['otterize-network-mapper', 'otterize-network-sniffer']) {
    say(await kubectl('logs', '-n', system, '-l', `app=${app}`, '--tail=40', '--prefix').catch(String));
  }
}

process.exitCode = await main();
