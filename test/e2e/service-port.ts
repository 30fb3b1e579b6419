import { setTimeout as sleep } from 'node:timers/promises';
import { readCallCounts } from './call-counts.ts';
import { until } from './checks.ts';
import type { CommandLine } from './command-line.ts';
import { demoNamespace } from './demo-application.ts';
import type { World } from './end-to-end.ts';
import { applyManifest } from './kubectl.ts';

interface Exported {
  readonly cli: CommandLine;
  /** The policies of the demo. */
  readonly closed: string;
}

/** What a policy with the Service's port breaks is explained, and is whole again with the port of the pods. */
export async function checkServicePort(
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
