import { join } from 'node:path';
import type { CommandLine } from './command-line.ts';
import type { World } from './end-to-end.ts';
import { applyManifest } from './kubectl.ts';

/** EKS's is here; `E2E_DEFINITIONS` names a folder with those of the other projects, as they install them. */
const ours = join(import.meta.dirname, '../../packages/cli/test/policies/definitions/eks.json');
/** The definition of each dialect's kind; Kubernetes has its own. */
const dialects: Readonly<Record<string, string | undefined>> = {
  'network-policy': undefined,
  cilium: 'ciliumnetworkpolicies.cilium.io',
  calico: 'networkpolicies.projectcalico.org',
  istio: 'authorizationpolicies.security.istio.io',
  'cluster-network-policy': 'clusternetworkpolicies.policy.networking.k8s.io',
  eks: 'applicationnetworkpolicies.networking.k8s.aws',
};

interface Parts {
  readonly cli: CommandLine;
  readonly namespaces: readonly string[];
}

/** The API server checks every document of each dialect against the definition of its kind: schema and rules. */
export async function checkDialects(
  { cluster, kubectl, checks, say }: World,
  { cli, namespaces }: Parts,
): Promise<void> {
  const { kubeconfig } = cluster;
  const { E2E_DEFINITIONS } = process.env;
  const each = [ours, ...(E2E_DEFINITIONS === undefined ? [] : [E2E_DEFINITIONS])].flatMap(path => ['-f', path]);
  try {
    await kubectl('apply', '--server-side', ...each);
    await kubectl('wait', '--for=condition=established', '--timeout=60s', ...each);
    const installed = (await kubectl('get', 'customresourcedefinitions', '-o', 'name')).split('\n');
    for (const [dialect, definition] of Object.entries(dialects)) {
      if (definition !== undefined && !installed.some(name => name.endsWith(`/${definition}`))) {
        say(`skipped: the documents of ${dialect} need the definition ${definition} in E2E_DEFINITIONS`);
        continue;
      }
      await checks.check(`the API server takes every document of ${dialect}`, async () => {
        let documents = 0;
        for (const flags of [[], ['--egress'], ['--egress', '--service-port', '--allow-outside']]) {
          const args = ['export', '--as', dialect, '-n', namespaces.join(','), ...flags];
          const { code, stdout, stderr } = await cli.run(...args);
          if (code !== 0 && code !== 3) throw new Error(stderr);
          documents += stdout.match(/^apiVersion: /gm)?.length ?? 0;
          await applyManifest(kubeconfig, stdout, { dryRun: true });
        }
        say(`      ${documents} documents`);
        if (documents === 0) throw new Error('nothing was exported');
      });
    }
  } finally {
    await kubectl('delete', '--ignore-not-found', '--wait=false', ...each);
  }
}
