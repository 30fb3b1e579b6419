import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { KubeConfigError, type ClusterAccess } from './cluster-access.ts';
import { inClusterAccess } from './in-cluster.ts';
import { KubeConnection } from './kube-connection.ts';
import { kubeconfigAccess } from './kubeconfig.ts';

export interface ConnectOptions {
  /** A kubeconfig: its text, or paths as in `KUBECONFIG`. */
  readonly kubeconfig?: string | undefined;
  /** The context to use instead of the kubeconfig's current one. */
  readonly context?: string | undefined;
  /** The process's environment: KUBECONFIG, HOME, KUBERNETES_SERVICE_HOST and _PORT are read. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until an answer must be there, or have begun where it is a stream: 30 s unless given. */
  readonly requestTimeout?: number;
}

/**
 * A connection by client-go's rules: the kubeconfig given, else `KUBECONFIG`, else `~/.kube/config`, else the
 * ServiceAccount of the pod we run in. Nothing is sent yet. Throws KubeConfigError.
 */
export async function connectKube(options: ConnectOptions): Promise<KubeConnection> {
  return new KubeConnection(await findAccess(options), options);
}

async function findAccess({ kubeconfig, context, env = {} }: ConnectOptions): Promise<ClusterAccess> {
  const given = [kubeconfig, env.KUBECONFIG].find(Boolean) ?? (await defaultKubeconfig(env.HOME));
  if (given !== undefined) return kubeconfigAccess({ kubeconfig: given, context });
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (host && port) return inClusterAccess({ host, port });
  throw new KubeConfigError(
    'No cluster is configured: set KUBECONFIG (or write ~/.kube/config), or run in a pod with a ServiceAccount.',
  );
}

async function defaultKubeconfig(home: string | undefined): Promise<string | undefined> {
  if (!home) return undefined;
  const path = join(home, '.kube', 'config');
  return access(path).then(
    () => path,
    () => undefined,
  );
}
