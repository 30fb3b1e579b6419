import { WatchedCollection, type KubeConnection } from '@network-mapper/kube';
import type { Runnable } from '@network-mapper/runtime';
import { optInLabel } from '../opt-in.ts';
import { RoleAssociations, usesPodIdentity, type PodIdentityContainer } from './pod-identity.ts';
import type { OptedInPod } from './served.ts';

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
    selection: { labelSelector: `${optInLabel}=true` },
    whole: true,
    reduce: object => {
      const { name, namespace = '', uid } = object.metadata;
      const { spec, status } = object as PodObject;
      const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
      // The address of a pod on the host network is the node's: everybody there would be taken for it.
      if (isOver || spec?.hostNetwork === true) return undefined;
      const addresses = (status?.podIPs ?? []).map(({ ip }) => ip);
      const pod = { name, namespace, uid, podIdentity: usesPodIdentity(spec?.containers ?? []) };
      return { pod, serviceAccount: spec?.serviceAccountName ?? 'default', addresses };
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
  const associations = new RoleAssociations(connection);
  return {
    at: address => {
      const record = byAddress.get(address);
      if (record === undefined) return undefined;
      const { pod, serviceAccount } = record;
      const account = `${pod.namespace}/${serviceAccount}`;
      return { ...pod, role: accounts.get(account) ?? (pod.podIdentity ? associations.roleOf(account) : undefined) };
    },
    isSynced: () => pods.state.kind === 'synced',
    runnables: [pods, accounts, associations.runnable],
  };
}

interface PodObject {
  readonly spec?: {
    readonly hostNetwork?: boolean;
    readonly serviceAccountName?: string;
    readonly containers?: readonly PodIdentityContainer[];
  };
  readonly status?: { readonly phase?: string; readonly podIPs?: readonly { readonly ip: string }[] };
}
