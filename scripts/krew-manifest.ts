import { stringify } from 'yaml';

const repository = 'https://github.com/network-mapper/network-mapper';

/**
 * The manifest of krew for the archive of the npm package (https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/).
 * The plug-in runs with the Node of the machine.
 */
export function krewManifest({ version, sha256 }: { readonly version: string; readonly sha256: string }): string {
  return stringify(
    {
      apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
      kind: 'Plugin',
      metadata: { name: 'network-mapper' },
      spec: {
        version: `v${version}`,
        homepage: repository,
        shortDescription: 'Show who talks to whom in the cluster',
        description:
          'Lists, draws, compares and explains the calls that the network mapper has seen,\nand writes policies that allow them.',
        caveats: 'Needs Node.js 22 or later, and the network mapper in the cluster.',
        platforms: [
          {
            selector: { matchExpressions: [{ key: 'os', operator: 'In', values: ['linux', 'darwin'] }] },
            uri: `${repository}/releases/download/v${version}/network-mapper-${version}.tgz`,
            sha256,
            files: [{ from: 'package/*', to: '.' }],
            bin: 'network-mapper.mjs',
          },
        ],
      },
    },
    { lineWidth: 0 },
  );
}
