import { setTimeout as sleep } from 'node:timers/promises';
import { brokenWords, progressOf, readCallCounts, type CallCounts } from './call-counts.ts';
import { until } from './checks.ts';
import { CommandLine } from './command-line.ts';
import { demoApplication, demoNamespace } from './demo-application.ts';
import { checkDialects } from './dialects.ts';
import { endToEnd, type World } from './end-to-end.ts';
import { apply, applyManifest, kubectlOf, rolledOut, type Kubectl } from './kubectl.ts';
import { checkReading } from './reading.ts';
import { leftOpen, refusedOf } from './refused-workloads.ts';
import { Release } from './release.ts';
import { checkServicePort } from './service-port.ts';
import { workloadObjects } from './workloads.ts';
import { readZoo } from './zoo.ts';

// The policies that the command line exports, on a cluster that enforces NetworkPolicies: workloads that are denied
// everything else go on calling each other for E2E_MINUTES (3 unless given). Ends with a line `N passed, N failed`.

const minutes = Number(process.env.E2E_MINUTES ?? 3);
/** Namespaces in which also what workloads call is denied. */
const closed = [demoNamespace];
/** Seconds between two looks at what pods say: they say it every ten. */
const look = 25;

async function run(world: World): Promise<void> {
  const { cluster, kubectl, checks, say, signal } = world;
  const { kubeconfig, enforcePolicies, zoo: manifest } = cluster;
  if (enforcePolicies === undefined || manifest === undefined) {
    say('skipped: policies need a cluster that enforces them (E2E_ENFORCE) and workloads of all kinds (E2E_ZOO)');
    return;
  }
  const release = new Release(kubeconfig);
  const cli = new CommandLine(kubeconfig, signal);
  const zoo = await readZoo(manifest);
  const open = zoo.namespaces;
  const namespaces = [...closed, ...open];
  const countsAfter = async (seconds: number): Promise<CallCounts> => {
    await sleep(seconds * 1000, undefined, { signal });
    return readCallCounts(kubectl, namespaces);
  };
  try {
    say('starting the workloads, and what enforces policies');
    await apply(kubeconfig, await workloadObjects(demoNamespace, demoApplication));
    await apply(kubeconfig, zoo.objects);
    await enforcePolicies();
    await release.install();
    for (const namespace of [...namespaces, release.namespace]) await ready(kubectl, namespace);

    let working: ReadonlySet<string> = new Set();
    await checks.check('the workloads call each other, and their map stops growing', async () => {
      await settled(cli, { namespaces, world });
      const before = await readCallCounts(kubectl, namespaces);
      const progress = progressOf({ before, after: await countsAfter(look) });
      working = progress.working;
      say(`      ${working.size} calls work: ${progress.ok} times in ${look} s`);
      for (const each of progress.broken) say(`      works without policies neither: ${brokenWords(each)}`);
      if (working.size < demoApplication.length) throw new Error('hardly any call works');
    });

    const exported = {
      closed: await cli.run('export', '--as', 'network-policy', '--egress', '-n', closed.join(',')),
      open: await cli.run('export', '--as', 'network-policy', '--allow-outside', '-n', open.join(',')),
    };
    // Not before: the map would have it.
    await checks.check('a call that nobody makes is possible without policies', () => forbiddenCall(world, 'reached'));
    const refused = refusedOf(exported.closed.stderr + exported.open.stderr);
    for (const { place, reason } of refused) say(`      without a policy: ${place}: ${reason}`);
    await checks.check('policies are exported, and every document is taken by the API server', async () => {
      for (const { code, stdout, stderr } of Object.values(exported)) {
        if (code !== 0 && code !== 3) throw new Error(stderr);
        await applyManifest(kubeconfig, stdout, { dryRun: true });
      }
    });
    await checks.check('with everything else denied, the call that nobody makes fails', async () => {
      await apply(kubeconfig, await leftOpen(kubectl, refused));
      for (const { stdout } of Object.values(exported)) await applyManifest(kubeconfig, stdout);
      await apply(kubeconfig, [
        ...closed.map(namespace => denyAll(namespace, ['Ingress', 'Egress'])),
        ...open.map(namespace => denyAll(namespace, ['Ingress'])),
      ]);
      await forbiddenCall(world, 'refused');
    });
    await checks.check(`everything goes on working for ${minutes} minutes`, async () => {
      const before = await countsAfter(look);
      for (let minute = 1; minute < minutes; minute++) {
        await sleep(60_000, undefined, { signal });
        say(`      ${minute} of ${minutes} minutes`);
      }
      const { broken, ok } = progressOf({ before, after: await countsAfter(60) });
      // A pod that is new, of a CronJob, has no earlier self to be compared with: it may not fail at all.
      const worked = (call: string) => working.has(call) || !before.has(call);
      const worse = [...broken].filter(([call]) => worked(call));
      const failures = (some: typeof worse) => some.reduce((sum, [, { failed }]) => sum + failed, 0);
      const [newly, asBefore] = [failures(worse), failures([...broken].filter(([call]) => !worked(call)))];
      say(
        `      ${ok} calls succeeded, ${newly} failed, beside ${asBefore} of calls that failed before the policies, too`,
      );
      if (worse.length > 0) throw new Error(worse.map(brokenWords).join('\n'));
    });
    await checkServicePort(world, { cli, closed: exported.closed.stdout });
    await checkDialects(world, { cli, namespaces });
    await checkReading(world, { cli, release });
  } finally {
    // Also when the test is stopped.
    const clean = kubectlOf(kubeconfig);
    if (process.env.KEEP !== '1') {
      await release.uninstall().catch((error: unknown) => say(String(error)));
      for (const namespace of [...namespaces, release.namespace])
        await clean('delete', 'namespace', namespace, '--wait=false', '--ignore-not-found').catch((error: unknown) =>
          say(String(error)),
        );
    }
  }
}

async function ready(kubectl: Kubectl, namespace: string): Promise<void> {
  // Some of the zoo's namespaces have bare pods only.
  const kinds = await kubectl('get', 'deployment,statefulset,daemonset', '-n', namespace, '-o', 'name');
  if (kinds.trim() !== '') await rolledOut(kubectl, namespace, { seconds: 300 });
}

/** Waits until the map has the jobs, which run every minute, and has had nothing new for a while. */
async function settled(
  cli: CommandLine,
  { namespaces, world }: { readonly namespaces: readonly string[]; readonly world: World },
): Promise<void> {
  let [last, since] = ['', 0];
  await until(
    { seconds: 400, signal: world.signal, wanted: 'a map with the jobs that does not grow for 45 s' },
    async () => {
      await sleep(5000, undefined, { signal: world.signal });
      const { stdout } = await cli.run('list', '-o', 'csv', '--no-headers', '-n', namespaces.join(','));
      const map = stdout.replace(/,[^,\n]*,[^,\n]*,[^,\n]*$/gm, ''); // Without counts and times.
      if (map !== last) [last, since] = [map, performance.now()];
      return map;
    },
    map => /^jobs,nightly,/m.test(map) && /^jobs,blip,/m.test(map) && performance.now() - since > 45_000,
  );
}

/** The load generator calls the frontend only: may it call the payment service? */
async function forbiddenCall({ kubectl, signal }: World, wanted: 'reached' | 'refused'): Promise<void> {
  const program = `
    const answer = text => { console.log(text); process.exit(0); };
    require('http').get({ host: 'paymentservice', port: 50051, timeout: 3000 }, () => answer('reached'))
      .on('timeout', () => answer('refused')).on('error', error => answer(error.code === 'ENOTFOUND' ? 'no name' : 'refused'));`;
  // The firewall looks for new policies every few seconds.
  await until(
    { seconds: 60, signal, wanted },
    () => kubectl('exec', '-n', demoNamespace, 'deployment/loadgenerator', '--', 'node', '-e', program),
    answer => answer.trim() === wanted,
  );
}

function denyAll(namespace: string, policyTypes: readonly string[]): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny-all', namespace },
    spec: { podSelector: {}, policyTypes },
  };
}

await endToEnd({ about: 'policies', run });
