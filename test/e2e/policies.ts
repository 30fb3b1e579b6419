import { setTimeout as sleep } from 'node:timers/promises';
import { progressOf, readCallCounts, type CallCounts } from './call-counts.ts';
import { until } from './checks.ts';
import { CommandLine } from './command-line.ts';
import { demoApplication, demoNamespace } from './demo-application.ts';
import { checkDialects } from './dialects.ts';
import { endToEnd, type World } from './end-to-end.ts';
import { apply, applyManifest, kubectlOf, rolledOut, type Kubectl } from './kubectl.ts';
import { checkReading } from './reading.ts';
import { Release } from './release.ts';
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
      for (const [call, why] of progress.broken) say(`      works without policies neither: ${call}: ${why}`);
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
      const { broken, ok, failed } = progressOf({ before, after: await countsAfter(60) });
      say(`      ${ok} calls succeeded, ${failed} failed`);
      // A pod that is new, of a CronJob, has no earlier self to be compared with: it may not fail at all.
      const worked = (call: string) => working.has(call) || !before.has(call);
      const worse = [...broken].filter(([call]) => worked(call));
      if (worse.length > 0) throw new Error(worse.map(([call, why]) => `${call}: ${why}`).join('\n'));
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

interface Refusal {
  readonly place: string;
  readonly reason: string;
}

function refusedOf(stderr: string): readonly Refusal[] {
  return [...stderr.matchAll(/^No policy for (\S+?): (.*)$/gm)].map(([, place = '', reason = '']) => ({
    place,
    reason,
  }));
}

/** The pods of workloads that have no policy are left open: the export named them, so that somebody looks at them. */
async function leftOpen(kubectl: Kubectl, refused: readonly Refusal[]): Promise<readonly object[]> {
  const policies: object[] = [];
  for (const { place } of refused) {
    const [namespace = '', name = ''] = place.split('/');
    for (const labels of await labelsOfPods(kubectl, { namespace, name }))
      policies.push({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: `open-${policies.length}`, namespace },
        spec: {
          podSelector: { matchLabels: labels },
          policyTypes: ['Ingress', 'Egress'],
          ingress: [{}],
          egress: [{}],
        },
      });
  }
  return policies;
}

/** Labels that select the pods of a workload; none where it has none of its own. */
async function labelsOfPods(
  kubectl: Kubectl,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<readonly object[]> {
  const { items } = JSON.parse(
    await kubectl('get', 'deployment,statefulset,daemonset', '-n', namespace, '-o', 'json'),
  ) as {
    readonly items: readonly {
      readonly metadata: { readonly name: string };
      readonly spec: {
        readonly selector: { readonly matchLabels: object };
        readonly template: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };
      };
    }[];
  };
  return items
    .filter(
      ({ metadata, spec }) =>
        metadata.name === name || spec.template.metadata.annotations?.['intents.otterize.com/workload-name'] === name,
    )
    .map(({ spec }) => spec.selector.matchLabels);
}

function denyAll(namespace: string, policyTypes: readonly string[]): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny-all', namespace },
    spec: { podSelector: {}, policyTypes },
  };
}

interface Exported {
  readonly cli: CommandLine;
  /** The policies of the demo. */
  readonly closed: string;
}

/** What a policy with the Service's port breaks is explained, and is whole again with the port of the pods. */
async function checkServicePort(
  { cluster, kubectl, checks, signal }: World,
  { cli, closed: policies }: Exported,
): Promise<void> {
  const { kubeconfig } = cluster;
  const name = 'network-mapper-frontend';
  const frontend = policies.split(/^---$/m).find(text => text.includes(`  name: ${name}\n`)) ?? '';
  const ingress = /^ {2}ingress:\n(?: {4}.*\n)*/m;
  const wrong = frontend.replace(ingress, text => text.replace('port: 8080', 'port: 80'));
  const calls = async () =>
    [...(await readCallCounts(kubectl, [demoNamespace]))].find(([call]) => call.includes('/loadgenerator-'))?.[1];
  const goesOn = async (wanted: 'ok' | 'failed'): Promise<void> => {
    let before = await calls();
    await until(
      { seconds: 90, signal, wanted: `calls of the frontend that are ${wanted} only` },
      async () => {
        await sleep(12_000, undefined, { signal });
        const [then, now] = [before, await calls()];
        before = now;
        const [ok, failed] = [(now?.ok ?? 0) - (then?.ok ?? 0), (now?.failed ?? 0) - (then?.failed ?? 0)];
        return `${ok} ok, ${failed} failed`;
      },
      answer => (wanted === 'ok' ? /^[1-9]\d* ok, 0 failed$/ : /^0 ok, [1-9]\d* failed$/).test(answer),
    );
  };
  await checks.check('a policy with the Service’s port in place of the pods’ breaks the call', async () => {
    if (wrong === frontend) throw new Error(`there is no policy of the frontend with port 8080:\n${frontend}`);
    await applyManifest(kubeconfig, wrong);
    await goesOn('failed');
  });
  await checks.check('explain names that policy', async () => {
    const place = (service: string) => `${demoNamespace}/${service}`;
    const { stdout } = await cli.run('explain', place('loadgenerator'), place('frontend'));
    const line = `NetworkPolicy ${place(name)} would block TCP 8080 (ingress)`;
    if (!stdout.includes(line)) throw new Error(`it says:\n${stdout}`);
    const others = await cli.run('explain', place('frontend'), place('cartservice'));
    if (!others.stdout.includes('NetworkPolicies of both namespaces blocks it')) throw new Error(others.stdout);
  });
  await checks.check('with the pods’ port the call works again', async () => {
    await applyManifest(kubeconfig, frontend);
    await goesOn('ok');
  });
}

await endToEnd({ about: 'policies', run });
