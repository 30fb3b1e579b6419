import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export interface Zoo {
  readonly objects: readonly object[];
  readonly namespaces: readonly string[];
}

/**
 * The workloads of a manifest, of all kinds of owners, names and Services. They run the program of ConfigMaps with the
 * name `script`: it is replaced by ours, which takes the same variables and counts. Jobs that end after
 * some milliseconds (`ONCE`) live for some seconds: what enforces policies needs those to learn of a pod.
 */
export async function readZoo(manifest: string): Promise<Zoo> {
  const program = await readFile(join(import.meta.dirname, 'workload-server.mjs'), 'utf8');
  const objects = parseAllDocuments(await readFile(manifest, 'utf8')).map(
    document => document.toJS() as KubernetesObject,
  );
  // A module, whatever the image's Node takes a file of that name for.
  const data = { 'zoo.js': "import('/app/server.mjs');\n", 'server.mjs': program };
  return {
    objects: objects
      .map(longer)
      .map(each => (each.kind === 'ConfigMap' && each.metadata.name === 'script' ? { ...each, data } : each)),
    namespaces: objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name),
  };
}

/** The same object with its variable `ONCE` as `LIFETIME_SECONDS`, wherever in it that is. */
function longer<T>(object: T): T {
  return JSON.parse(
    JSON.stringify(object, (_, value: unknown) =>
      typeof value === 'object' && value !== null && Reflect.get(value, 'name') === 'ONCE'
        ? { name: 'LIFETIME_SECONDS', value: '20' }
        : value,
    ),
  ) as T;
}
