import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandLine } from './command-line.ts';
import type { World } from './end-to-end.ts';
import { applyManifest } from './kubectl.ts';

/** The definitions of the dialects' kinds, as their projects install them. */
const definitions = join(import.meta.dirname, '../../packages/cli/test/policies/definitions');
const dialects = ['network-policy', 'cilium', 'calico', 'istio', 'cluster-network-policy', 'eks'];

interface Parts {
  readonly cli: CommandLine;
  readonly namespaces: readonly string[];
}

/** The API server checks every document of every dialect against the definition of its kind: schema and rules. */
export async function checkDialects(
  { cluster, kubectl, checks, say }: World,
  { cli, namespaces }: Parts,
): Promise<void> {
  const { kubeconfig } = cluster;
  const files = (await readdir(definitions)).filter(name => name.endsWith('.json'));
  const each = files.flatMap(name => ['-f', join(definitions, name)]);
  try {
    await kubectl('apply', '--server-side', ...each);
    await kubectl('wait', '--for=condition=established', '--timeout=60s', ...each);
    for (const dialect of dialects)
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
  } finally {
    await kubectl('delete', '--ignore-not-found', '--wait=false', ...each);
  }
}
