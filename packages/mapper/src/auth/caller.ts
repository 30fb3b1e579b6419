/** Somebody whom the API server knows, as a TokenReview says (authentication.k8s.io/v1, UserInfo). */
export interface Identity {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Who asks the API. */
export type Caller =
  /** From this pod's own loopback: a port-forward, which the RBAC of Kubernetes has allowed. */
  | { readonly kind: 'loopback' }
  | { readonly kind: 'identified'; readonly identity: Identity }
  /** Without a token, or with one that nobody vouches for; `problem` says so. */
  | { readonly kind: 'unknown'; readonly problem: string };

/**
 * Where the API server writes the node of the pod to which a token is bound (kubernetes.io, "Managing Service
 * Accounts").
 */
const nodeExtra = 'authentication.kubernetes.io/node-name';

/** ServiceAccounts of agents that report of the whole cluster, on whichever node they run. */
const clusterWide: ReadonlySet<string> = new Set([
  'otterize-kafka-watcher',
  'otterize-istio-watcher',
  'otterize-aws-visibility',
]);

/** The node for which alone a caller speaks; undefined where its token does not say, or it speaks for all. */
export function nodeOf(identity: Identity): string | undefined {
  const [, name = ''] = serviceAccountOf(identity)?.split('/') ?? [];
  return clusterWide.has(name) ? undefined : identity.extra[nodeExtra]?.[0];
}

/** `namespace/name` of a ServiceAccount; undefined for other users. */
export function serviceAccountOf({ username }: Identity): string | undefined {
  const [system, kind, namespace, name] = username.split(':');
  if (system !== 'system' || kind !== 'serviceaccount' || namespace === undefined || name === undefined)
    return undefined;
  return `${namespace}/${name}`;
}
