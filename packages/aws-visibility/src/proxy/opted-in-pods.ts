import { WatchedCollection, type KubeConnection } from '@network-mapper/kube';
import type { Runnable } from '@network-mapper/runtime';
import { hasOptedIn } from '../opt-in.ts';
import type { OptedInPod } from './proxy-server.ts';

interface PodRecord {
  readonly pod: Omit<OptedInPod, 'role'>;
  readonly serviceAccount: string;
  readonly addresses: readonly string[];
}

/** By which EKS gives a ServiceAccount a role (docs.aws.amazon.com/eks, IAM roles for service accounts). */
const roleAnnotation = 'eks.amazonaws.com/role-arn';

export interface OptedInPods {
  /** The pod that has an address and has opted in. */
  readonly at: (address: string) => OptedInPod | undefined;
  readonly isSynced: () => boolean;
  readonly runnables: readonly Runnable[];
}

/** Watches pods that have opted in, and the roles of their ServiceAccounts. */
export function watchOptedInPods(connection: KubeConnection): OptedInPods {
  const byAddress = new Map<string, PodRecord>();
  const pods = new WatchedCollection<PodRecord | undefined>({
    connection,
    resource: { group: '', version: 'v1', plural: 'pods', namespaced: true },
    reduce: object => {
      const { name, namespace = '', uid, labels } = object.metadata;
      if (!hasOptedIn(labels)) return undefined;
      const { spec, status } = object as PodObject;
      const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
      // The address of a pod on the host network is the node's: everybody there would be taken for it.
      if (isOver || spec?.hostNetwork === true) return undefined;
      const addresses = (status?.podIPs ?? []).map(({ ip }) => ip);
      return { pod: { name, namespace, uid }, serviceAccount: spec?.serviceAccountName ?? 'default', addresses };
    },
    changed: (_key, before, after) => {
      for (const address of before?.addresses ?? [])
        if (byAddress.get(address)?.pod.uid === before?.pod.uid) byAddress.delete(address);
      if (after !== undefined) for (const address of after.addresses) byAddress.set(address, after);
    },
  });
  const accounts = new WatchedCollection<string | undefined>({
    connection,
    resource: { group: '', version: 'v1', plural: 'serviceaccounts', namespaced: true },
    metadataOnly: true,
    reduce: ({ metadata }) => metadata.annotations?.[roleAnnotation],
  });
  return {
    at: address => {
      const record = byAddress.get(address);
      if (record === undefined) return undefined;
      const { pod, serviceAccount } = record;
      return { ...pod, role: accounts.get(`${pod.namespace}/${serviceAccount}`) };
    },
    isSynced: () => pods.state.kind === 'synced',
    runnables: [pods, accounts],
  };
}

interface PodObject {
  readonly spec?: { readonly hostNetwork?: boolean; readonly serviceAccountName?: string };
  readonly status?: { readonly phase?: string; readonly podIPs?: readonly { readonly ip: string }[] };
}
