/**
 * `policy-definitions.ts` takes the definitions (CustomResourceDefinition) of the kinds of policies that `export --as`
 * writes from the Go modules of their projects, and puts them beside the tests that hold every document against them:
 * without the descriptions, and of the one version that is written. To be run when a dialect moves to another version.
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { parseAllDocuments } from 'yaml';

interface Source {
  readonly dialect: string;
  /** Where it is published, all of them under the Apache License 2.0. */
  readonly module: string;
  readonly release: string;
  readonly file: string;
  readonly kind: string;
  readonly version: string;
  /** Under which name the kind is written, where that is another. */
  readonly served?: { readonly group: string; readonly version: string };
}

const sources: readonly Source[] = [
  {
    dialect: 'cilium',
    module: 'github.com/cilium/cilium',
    release: 'v1.20.2',
    file: 'pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml',
    kind: 'CiliumNetworkPolicy',
    version: 'v2',
  },
  {
    dialect: 'calico',
    module: 'github.com/projectcalico/calico',
    release: 'v1.11.0-cni-plugin.0.20250813170300-a0db560f0520',
    file: 'libcalico-go/config/crd/crd.projectcalico.org_networkpolicies.yaml',
    kind: 'NetworkPolicy',
    version: 'v1',
    // Calico's API server keeps what it takes under this name in objects of that definition.
    served: { group: 'projectcalico.org', version: 'v3' },
  },
  {
    dialect: 'istio',
    module: 'istio.io/api',
    release: 'v1.32.0',
    file: 'kubernetes/customresourcedefinitions.gen.yaml',
    kind: 'AuthorizationPolicy',
    version: 'v1',
  },
  {
    dialect: 'cluster-network-policy',
    module: 'sigs.k8s.io/network-policy-api',
    release: 'v0.3.0',
    file: 'config/crd/standard/policy.networking.k8s.io_clusternetworkpolicies.yaml',
    kind: 'ClusterNetworkPolicy',
    version: 'v1beta1',
  },
];

const target = join(import.meta.dirname, '../packages/cli/test/policies/definitions');

interface Definition {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly schema: object; readonly storage: boolean }[];
  };
}

function isDefinition(document: unknown): document is Definition {
  return (
    typeof document === 'object' && document !== null && Reflect.get(document, 'kind') === 'CustomResourceDefinition'
  );
}

async function readDefinition({ module, release, file, kind }: Source): Promise<Definition> {
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', `${module}@${release}`]);
  const { Dir } = JSON.parse(stdout) as { readonly Dir: string };
  const documents = parseAllDocuments(await readFile(join(Dir, file), 'utf8'));
  const found = documents
    .map(document => document.toJS() as unknown)
    .filter(isDefinition)
    .find(({ spec }) => spec.names.kind === kind);
  if (found === undefined) throw new Error(`${module}@${release} has no definition of ${kind} in ${file}`);
  return found;
}

/** Without what is for people, which is most of it. */
function withoutDescriptions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => key !== 'description' || typeof member !== 'string')
      .map(([key, member]) => [key, withoutDescriptions(member)]),
  );
}

await mkdir(target, { recursive: true });
for (const source of sources) {
  const { metadata, spec } = await readDefinition(source);
  const { module, release, file, version, served = { group: spec.group, version } } = source;
  const approved = Object.entries(metadata.annotations ?? {}).filter(([name]) => name.startsWith('api-approved'));
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${spec.names.plural}.${served.group}`,
      annotations: { ...Object.fromEntries(approved), source: `${module}@${release}/${file}` },
    },
    spec: {
      ...spec,
      group: served.group,
      versions: spec.versions
        .filter(({ name }) => name === version)
        .map(each => ({ ...each, name: served.version, storage: true, schema: withoutDescriptions(each.schema) })),
    },
  };
  const path = join(target, `${source.dialect}.json`);
  const text = await format(JSON.stringify(definition), { ...(await resolveConfig(path)), parser: 'json' });
  await writeFile(path, text);
  console.log(`${path}: ${Math.round(text.length / 1024)} KiB`);
}
