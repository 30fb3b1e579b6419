import { auditor, checkAccess } from './access.ts';
import { demoApplication, demoNamespace } from './demo-application.ts';
import { endToEnd, type World } from './end-to-end.ts';
import { apply, kubectlOf, rolledOut, type Kubectl } from './kubectl.ts';
import { checkOutages } from './outages.ts';
import { Release } from './release.ts';
import { ShownMap } from './shown-map.ts';
import { callsByKind, callsOnNodes, kindsNamespace, nodesNamespace, shortLived } from './special-workloads.ts';
import { workloadObjects } from './workloads.ts';

// The network mapper on a real cluster: installed by its chart, of images built from its Dockerfiles, read with its
// command line through a port-forward. Ends with a line `N passed, N failed`. KEEP=1 leaves everything in a cluster
// that was there before.

const system = 'otterize-system';
async function runChecks({ cluster, kubectl, checks, say, signal }: World): Promise<void> {
  const { kubeconfig, apiServer } = cluster;
  const map = new ShownMap(kubeconfig, signal);
  const release = new Release(kubeconfig);
  try {
    const nodes = (await kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ');
    const onNodes = callsOnNodes(nodes);
    const byKind = callsByKind(nodes);
    say(`starting the workloads on ${nodes.length} nodes`);
    await apply(kubeconfig, await workloadObjects(demoNamespace, demoApplication));
    await apply(kubeconfig, await workloadObjects(nodesNamespace, onNodes.workloads));
    await apply(kubeconfig, await workloadObjects(kindsNamespace, byKind.workloads));
    for (const namespace of [demoNamespace, nodesNamespace, kindsNamespace]) await rolledOut(kubectl, namespace);

    await checks.check('within 30 s of the install the list is the call graph of the demo', async () => {
      await release.install();
      await map.isTheDemo(30);
    });
    await checks.check('everything installed is ready', () => rolledOut(kubectl, system));
    for (const { node, call } of onNodes.calls) {
      await checks.check(`traffic that never leaves node ${node} is mapped`, () =>
        map.shows(call, { namespace: nodesNamespace, seconds: 15 }),
      );
    }
    // The name of a StatefulSet's pod may have been looked up before the pod was there: DNS forgets that after 30 s.
    for (const { title, call } of byKind.calls) {
      await checks.check(`${title} is mapped`, () => map.shows(call, { namespace: kindsNamespace, seconds: 45 }));
    }
    await checks.check('a pod that lives for five seconds is mapped', async () => {
      await kubectl('delete', 'job', '-n', kindsNamespace, shortLived.workload.name, '--ignore-not-found');
      await apply(kubeconfig, await workloadObjects(kindsNamespace, [shortLived.workload]));
      await map.shows(shortLived.call, { namespace: kindsNamespace, seconds: 30 });
    });
    await checks.check('the mapper may read what it maps, and nothing else', () => mayOnlyRead(kubectl));
    await checkAccess({ kubeconfig, kubectl, system, checks });
    await checkOutages({
      ...{ kubectl, map, checks, say, signal, system, apiServer },
      rolledOut: () => rolledOut(kubectl, system),
    });
    if (checks.failed > 0) await showState(kubectl, say);
    await checks.check(
      'an upgrade that changes nothing restarts nothing, and leaves who may ask as it was',
      async () => {
        const before = await installed(kubectl);
        await release.install();
        const after = await installed(kubectl);
        if (before !== after) throw new Error(`${before} became ${after}`);
      },
    );
    await checks.check('what is uninstalled leaves nothing', async () => {
      await release.uninstall();
      await kubectl(
        'wait',
        '--for=delete',
        'pods',
        '-n',
        system,
        '-l',
        'app.kubernetes.io/part-of=otterize',
        '--timeout=60s',
      );
      const left = await kubectl(
        'get',
        'all,serviceaccounts,configmaps,secrets,roles,rolebindings,clusterroles,clusterrolebindings,networkpolicies',
        '-A',
        '-l',
        'app.kubernetes.io/part-of=otterize',
        '-o',
        'name',
      );
      if (left.trim() !== '') throw new Error(`left: ${left}`);
    });
  } finally {
    if (process.env.KEEP !== '1') {
      await release.uninstall();
      await cleanUp(kubectlOf(kubeconfig));
    }
  }
}

async function mayOnlyRead(kubectl: Kubectl): Promise<void> {
  const account = `system:serviceaccount:${system}:otterize-network-mapper`;
  const may = async (verb: string, ...resource: readonly string[]) => {
    // kubectl ends with an error where the answer is no.
    const answer = await kubectl('auth', 'can-i', verb, ...resource, '-A', '--as', account).catch(String);
    return answer.startsWith('yes');
  };
  if (!(await may('list', 'pods'))) throw new Error('it may not list pods');
  for (const resource of ['secrets', 'configmaps']) {
    if (await may('get', resource)) throw new Error(`it may get ${resource}`);
  }
  if (await may('get', 'pods', '--subresource=log')) throw new Error("it may read pods' logs");
  for (const verb of ['create', 'delete', 'patch']) {
    if (await may(verb, 'pods')) throw new Error(`it may ${verb} pods`);
  }
}

/** What changes when a workload is changed, and the mode of the API. */
function installed(kubectl: Kubectl): Promise<string> {
  const mode = '{.items[*].spec.template.spec.containers[0].env[?(@.name=="OTTERIZE_API_AUTH")].value}';
  return kubectl(
    'get',
    '-n',
    system,
    'deployments,daemonsets',
    '-o',
    `jsonpath={.items[*].metadata.generation} ${mode}`,
  );
}

/** For whoever has to find out why. */
async function showState(kubectl: Kubectl, say: (line: string) => void): Promise<void> {
  say(await kubectl('get', 'pods', '-A', '-o', 'wide'));
  for (const app of ['otterize-network-mapper', 'otterize-network-sniffer']) {
    say(await kubectl('logs', '-n', system, '-l', `app=${app}`, '--tail=40', '--prefix').catch(String));
  }
}

async function cleanUp(kubectl: Kubectl): Promise<void> {
  await kubectl('delete', 'namespace', demoNamespace, nodesNamespace, kindsNamespace, system, '--ignore-not-found');
  await kubectl('delete', 'clusterrolebinding', auditor, '--ignore-not-found');
}

await endToEnd({ about: 'the chart', run: runChecks });
