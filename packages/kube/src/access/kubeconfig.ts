import { readFile } from 'node:fs/promises';
import { delimiter, dirname, resolve } from 'node:path';
// Deep imports: the package's index loads its generated classes, 75 MiB that nothing here needs.
import { newClusters, newContexts, newUsers } from '@kubernetes/client-node/dist/config_types.js';
import type { Cluster, Context } from '@kubernetes/client-node/dist/config_types.js';
import { parse } from 'yaml';
import { KubeConfigError, type ClusterAccess } from './cluster-access.ts';
import { isRecord } from '../kube-object.ts';
import { dataOrFile, userCredentials, type ConfigUser } from './user-credentials.ts';

interface KubeConfigFile {
  readonly currentContext: string | undefined;
  readonly clusters: readonly Cluster[];
  readonly contexts: readonly Context[];
  readonly users: readonly ConfigUser[];
}

/** One file, or several merged by kubectl's rule: of two entries with one name, the first file's counts. */
export async function kubeconfigAccess(options: {
  /** The configuration itself (JSON, or YAML of more than one line), or paths as in `KUBECONFIG`. */
  readonly kubeconfig: string;
  readonly context?: string | undefined;
}): Promise<ClusterAccess> {
  const config = await loadConfig(options.kubeconfig);
  const name = options.context ?? config.currentContext;
  if (name === undefined) {
    throw new KubeConfigError(
      'The kubeconfig names no current context: choose one with --context or kubectl config use-context.',
    );
  }
  const context = named(config.contexts, { kind: 'context', name });
  const cluster = named(config.clusters, { kind: 'cluster', name: context.cluster });
  const user = named(config.users, { kind: 'user', name: context.user });
  const credentials = await userCredentials(user, cluster);
  return {
    server: new URL(cluster.server),
    tls: {
      ...credentials.tls,
      ca: await dataOrFile({ data: cluster.caData, file: cluster.caFile }),
      ...(cluster.tlsServerName && { servername: cluster.tlsServerName }),
      ...(cluster.skipTLSVerify && { rejectUnauthorized: false }),
    },
    proxyUrl: cluster.proxyUrl,
    headers: credentials.headers,
  };
}

async function loadConfig(kubeconfig: string): Promise<KubeConfigFile> {
  if (/^\s*\{|\n/.test(kubeconfig)) return parseConfig(kubeconfig, { name: 'The kubeconfig given', folder: '.' });
  const files = await Promise.all(kubeconfig.split(delimiter).filter(Boolean).map(readConfig));
  return {
    currentContext: files.find(file => file.currentContext !== undefined)?.currentContext,
    clusters: files.flatMap(file => file.clusters),
    contexts: files.flatMap(file => file.contexts),
    users: files.flatMap(file => file.users),
  };
}

async function readConfig(path: string): Promise<KubeConfigFile> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new KubeConfigError(`Cannot read the kubeconfig ${path}`, { cause });
  });
  return parseConfig(text, { name: path, folder: dirname(path) });
}

function parseConfig(text: string, source: { readonly name: string; readonly folder: string }): KubeConfigFile {
  // Paths in a kubeconfig are relative to its folder.
  const absolute = (path: unknown) =>
    typeof path === 'string' && path !== '' ? resolve(source.folder, path) : undefined;
  try {
    const content: unknown = parse(text);
    if (!isRecord(content)) throw new Error('it is not a mapping');
    const current = content['current-context'];
    return {
      currentContext: typeof current === 'string' && current !== '' ? current : undefined,
      clusters: newClusters(content.clusters).map(cluster =>
        withDefined(cluster, { caFile: absolute(cluster.caFile) }),
      ),
      contexts: newContexts(content.contexts),
      users: newUsers(content.users).map((user, index) =>
        withDefined<ConfigUser>(user, {
          certFile: absolute(user.certFile),
          keyFile: absolute(user.keyFile),
          tokenFile: absolute(tokenFileOf(content.users, index)),
        }),
      ),
    };
  } catch (cause) {
    throw new KubeConfigError(`${source.name} is not a kubeconfig`, { cause });
  }
}

function withDefined<T extends object>(entry: T, files: Readonly<Record<string, string | undefined>>): T {
  return { ...entry, ...Object.fromEntries(Object.entries(files).filter(([, path]) => path !== undefined)) };
}

/** client-node does not read this member. */
function tokenFileOf(users: unknown, index: number): unknown {
  const entry: unknown = Array.isArray(users) ? users[index] : undefined;
  return isRecord(entry) && isRecord(entry.user) ? entry.user.tokenFile : undefined;
}

function named<T extends { readonly name: string }>(
  entries: readonly T[],
  { kind, name }: { readonly kind: string; readonly name: string },
): T {
  const found = entries.find(entry => entry.name === name);
  if (found !== undefined) return found;
  const names = entries.map(entry => entry.name).join(', ') || 'none';
  throw new KubeConfigError(`The kubeconfig has no ${kind} "${name}" (it has: ${names}).`);
}
