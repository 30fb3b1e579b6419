import { monotonicTime } from '@network-mapper/runtime';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KubeConfigError, type ClusterAccess } from './cluster-access.ts';

/**
 * Where a pod finds its token and the API server's authority
 * (kubernetes.io/docs/tasks/run-application/access-api-from-pod).
 */
const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The kubelet renews the token's file long before it expires; client-go reads it every minute too. */
const tokenLifetime = 60_000;

/** Access as a pod has it, by its ServiceAccount. */
export async function inClusterAccess(service: {
  readonly host: string;
  readonly port: string;
}): Promise<ClusterAccess> {
  const token = fileToken(join(serviceAccountFolder, 'token'));
  await token();
  const host = service.host.includes(':') ? `[${service.host}]` : service.host;
  return {
    server: new URL(`https://${host}:${service.port}`),
    tls: { ca: await readSecret(join(serviceAccountFolder, 'ca.crt')) },
    headers: async () => ({ authorization: `Bearer ${await token()}` }),
  };
}

/** A token in a file that is written anew from time to time. */
export function fileToken(path: string): () => Promise<string> {
  let token = '';
  let readAt = -Infinity;
  return async () => {
    if (monotonicTime() - readAt > tokenLifetime) {
      token = (await readSecret(path)).trim();
      readAt = monotonicTime();
    }
    return token;
  };
}

async function readSecret(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new KubeConfigError(`Cannot read ${path}: is a ServiceAccount token mounted into the pod?`, { cause });
  }
}
