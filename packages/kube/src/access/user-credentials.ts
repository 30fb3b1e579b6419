import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import type { Cluster, User } from '@kubernetes/client-node/dist/config_types.js';
import { KubeConfigError, type ClusterAccess } from './cluster-access.ts';
import { fileToken } from './in-cluster.ts';
import { isRecord } from '../kube-object.ts';

/** A user of a kubeconfig, with the member that client-node leaves out. */
export interface ConfigUser extends User {
  readonly tokenFile?: string;
}

type Headers = Readonly<Record<string, string>>;

export interface UserCredentials {
  readonly tls: Pick<ClusterAccess['tls'], 'cert' | 'key'>;
  readonly headers: () => Promise<Headers>;
}

/**
 * How a kubeconfig's user proves who he is: client certificate, token, name and password, a plug-in program (`exec`),
 * or OpenID Connect. The plug-ins are client-node's, loaded only when the user needs one.
 */
export async function userCredentials(user: ConfigUser, cluster: Cluster): Promise<UserCredentials> {
  const impersonation: Headers = user.impersonateUser ? { 'impersonate-user': user.impersonateUser } : {};
  const plugin = await authenticator(user, cluster);
  if (plugin !== undefined) {
    const { tls } = await plugin();
    return { tls, headers: async () => ({ ...(await plugin()).headers, ...impersonation }) };
  }
  const tls = {
    cert: await dataOrFile({ data: user.certData, file: user.certFile }),
    key: await dataOrFile({ data: user.keyData, file: user.keyFile }),
  };
  if (user.tokenFile !== undefined) {
    const token = fileToken(user.tokenFile);
    return { tls, headers: async () => ({ authorization: `Bearer ${await token()}`, ...impersonation }) };
  }
  const headers = { ...fixedAuthorization(user), ...impersonation };
  return { tls, headers: () => Promise.resolve(headers) };
}

/** A certificate or key as a kubeconfig gives it: as base64 in place, or as a file. */
export async function dataOrFile(source: {
  readonly data: string | null | undefined;
  readonly file: string | null | undefined;
}): Promise<Buffer | undefined> {
  const { data, file } = source;
  if (data) return Buffer.from(data, 'base64');
  if (!file) return undefined;
  return readFile(file).catch((cause: unknown) => {
    throw new KubeConfigError(`Cannot read ${file}, which the kubeconfig names`, { cause });
  });
}

function fixedAuthorization(user: User): Headers {
  if (user.token) return { authorization: `Bearer ${user.token.trim()}` };
  if (!user.username) return {};
  return { authorization: `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}` };
}

type Authenticate = () => Promise<{ readonly tls: UserCredentials['tls']; readonly headers: Headers }>;

async function authenticator(user: User, cluster: Cluster): Promise<Authenticate | undefined> {
  const provider: unknown = user.authProvider;
  const exec: unknown = user.exec;
  if (!isRecord(exec) && !isRecord(provider)) return undefined;
  if (!isRecord(exec) && isRecord(provider) && provider.name !== 'oidc') {
    throw new KubeConfigError(
      `User "${user.name}" of the kubeconfig uses auth-provider ${String(provider.name)}, which kubectl dropped in 1.26: use its exec plug-in.`,
    );
  }
  const source = isRecord(exec)
    ? new (await import('@kubernetes/client-node/dist/exec_auth.js')).ExecAuth()
    : new (await import('@kubernetes/client-node/dist/oidc_auth.js')).OpenIDConnectAuth();
  const known = isRecord(exec) ? { ...user, exec: withExecInfo(exec, cluster) } : user;
  return async () => {
    const options: RequestOptions & { headers: Record<string, string> } = { headers: {} };
    await source.applyAuthentication(known, options).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message.trim() : String(cause);
      throw new KubeConfigError(`The credentials of user "${user.name}" could not be had: ${why}`, { cause });
    });
    const { cert, key } = options;
    return {
      headers: Object.fromEntries(Object.entries(options.headers).map(([name, value]) => [name.toLowerCase(), value])),
      tls: {
        cert: typeof cert === 'string' ? cert : undefined,
        key: typeof key === 'string' ? key : undefined,
      },
    };
  };
}

/** Plug-ins read KUBERNETES_EXEC_INFO, which kubectl always sets (client.authentication.k8s.io). */
function withExecInfo(exec: Readonly<Record<string, unknown>>, cluster: Cluster): object {
  const { server, caData } = cluster;
  const spec = {
    interactive: false,
    ...(exec.provideClusterInfo === true && { cluster: { server, 'certificate-authority-data': caData } }),
  };
  const info = JSON.stringify({ kind: 'ExecCredential', apiVersion: exec.apiVersion, spec });
  const given: readonly unknown[] = Array.isArray(exec.env) ? exec.env : [];
  return { ...exec, env: [...given, { name: 'KUBERNETES_EXEC_INFO', value: info }] };
}
