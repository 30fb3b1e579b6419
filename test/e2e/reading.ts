import { until } from './checks.ts';
import type { CommandLine } from './command-line.ts';
import type { World } from './end-to-end.ts';
import { apply, rolledOut } from './kubectl.ts';
import type { Release } from './release.ts';
import { workloadObjects } from './workloads.ts';

const namespace = 'network-mapper-e2e-reading';

interface Parts {
  readonly cli: CommandLine;
  readonly release: Release;
}

/** What the command line reads of a cluster itself: changes as they happen, checks of nodes, rights and enforcement. */
export async function checkReading(
  { cluster, kubectl, checks, signal }: World,
  { cli, release }: Parts,
): Promise<void> {
  const { kubeconfig } = cluster;
  try {
    await checks.check('who watches sees a call that begins, as a line of JSON', async () => {
      const isNew = (printed: string) =>
        printed
          .split('\n')
          .filter(line => line.endsWith('}'))
          .some(line => line.includes('"name":"newcomer"') && line.includes('"name":"newserver"'));
      const watching = cli.watch(isNew, 'list', '--watch', '-o', 'json', '-n', namespace);
      await apply(
        kubeconfig,
        await workloadObjects(namespace, [
          { name: 'newserver', servicePort: 80 },
          { name: 'newcomer', calls: ['newserver:80'] },
        ]),
      );
      const { code, stdout, stderr } = await watching;
      if (code !== 0 || !isNew(stdout)) throw new Error(`exit code ${code}:\n${stdout}${stderr}`);
    });
    await checks.check('the doctor finds nothing to do but to try policies, with every node sniffed', async () => {
      const found = await doctor(cli);
      for (const line of [
        /^mapper ok /m,
        /^map ok /m,
        /^nodes ok A sniffer reports from each of the \d+ nodes\.$/m,
        /^rights ok You may list nodes\.$/m,
        /^rights ok You may list networkpolicies\.$/m,
        // What enforces policies here is no DaemonSet.
        /^enforcement (ok|warn) /m,
      ])
        if (!line.test(found)) throw new Error(`${String(line)} is not in\n${found}`);
    });
    await checks.check('the doctor names a node without a sniffer', async () => {
      const [node = ''] = (await kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ');
      const only = { spec: { template: { spec: { nodeSelector: { 'kubernetes.io/hostname': node } } } } };
      const sniffers = ['-n', release.namespace, 'daemonset/otterize-network-sniffer'];
      await kubectl('patch', ...sniffers, '-p', JSON.stringify(only));
      await rolledOut(kubectl, release.namespace);
      // A mapper knows of agents what they reported: a new one does not know those that are gone.
      await kubectl('delete', 'pod', '-n', release.namespace, '-l', 'app=otterize-network-mapper', '--wait');
      await rolledOut(kubectl, release.namespace);
      await until(
        { seconds: 90, signal, wanted: 'a warning about the other nodes' },
        () => doctor(cli),
        found => /^nodes warn No sniffer reports from \d+ of \d+ nodes: /m.test(found) && /^sniffers ok /m.test(found),
      );
    });
  } finally {
    await kubectl('delete', 'namespace', namespace, '--wait=false', '--ignore-not-found');
  }
}

/** What the doctor found, as lines `check status sentence`. */
async function doctor(cli: CommandLine): Promise<string> {
  const { stdout, stderr } = await cli.run('doctor', '-o', 'json');
  if (!stdout.startsWith('[')) return stdout + stderr;
  const checks = JSON.parse(stdout) as readonly {
    readonly name: string;
    readonly status: string;
    readonly found: string;
  }[];
  return checks.map(({ name, status, found }) => `${name} ${status} ${found}`).join('\n');
}
