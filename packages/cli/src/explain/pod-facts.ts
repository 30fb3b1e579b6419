import { collectionPath, type KubeConnection, type Resource } from '@network-mapper/kube';
import type { MapLabel, WorkloadName } from '../network-map.ts';

export type Labels = Readonly<Record<string, string>>;

/** What policies look at of a pod. */
export interface PodFacts {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly namespaceLabels: Labels;
  readonly addresses: readonly string[];
  readonly hostNetwork: boolean;
  /** Ports of its containers by their names. */
  readonly namedPorts: Readonly<Record<string, number>>;
}

/** A label selector; all of its parts have to fit (apimachinery, meta/v1, types.go). */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** A NetworkPolicy of networking.k8s.io/v1, as far as it decides. */
export interface PolicyObject {
  readonly metadata: WorkloadName;
  readonly spec: {
    readonly podSelector?: LabelSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly PolicyRule[];
    readonly egress?: readonly PolicyRule[];
  };
}

export interface PolicyRule {
  readonly from?: readonly PolicyPeer[];
  readonly to?: readonly PolicyPeer[];
  readonly ports?: readonly {
    readonly protocol?: string;
    readonly port?: number | string;
    readonly endPort?: number;
  }[];
}

export interface PolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface PodObject {
  readonly metadata: { readonly name: string; readonly labels?: Labels };
  readonly spec?: {
    readonly hostNetwork?: boolean;
    readonly containers?: readonly {
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    }[];
  };
  readonly status?: { readonly phase?: string; readonly podIPs?: readonly { readonly ip: string }[] };
}

const pods: Resource = { group: '', version: 'v1', plural: 'pods', namespaced: true };
const policies: Resource = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'networkpolicies',
  namespaced: true,
};

/** Pods of a workload that are looked at: the pods of one have the same labels, but while a new version comes. */
const mostPods = 20;

/** The running pods of a workload. Throws KubeError. */
export async function readPods(
  cluster: KubeConnection,
  { namespace, labels }: { readonly namespace: string; readonly labels: readonly MapLabel[] },
): Promise<readonly PodFacts[]> {
  const selector = encodeURIComponent(labels.map(({ key, value }) => `${key}=${value}`).join(','));
  const path = `${collectionPath(pods, namespace)}?labelSelector=${selector}&limit=${mostPods}`;
  const [{ items }, place] = await Promise.all([
    cluster.getJson(path) as Promise<{ readonly items: readonly PodObject[] }>,
    cluster.getJson(`/api/v1/namespaces/${encodeURIComponent(namespace)}`) as Promise<{
      readonly metadata: { readonly labels?: Labels };
    }>,
  ]);
  return items
    .filter(({ status }) => status?.phase === 'Running')
    .map(({ metadata, spec, status }) => ({
      name: metadata.name,
      namespace,
      labels: metadata.labels ?? {},
      namespaceLabels: place.metadata.labels ?? {},
      addresses: (status?.podIPs ?? []).map(({ ip }) => ip),
      hostNetwork: spec?.hostNetwork === true,
      namedPorts: Object.fromEntries(
        (spec?.containers ?? [])
          .flatMap(({ ports = [] }) => ports)
          .flatMap(({ name, containerPort }) => (name === undefined ? [] : [[name, containerPort]])),
      ),
    }));
}

/** The NetworkPolicies of a namespace. Throws KubeError. */
export async function readPolicies(cluster: KubeConnection, namespace: string): Promise<readonly PolicyObject[]> {
  const list = (await cluster.getJson(collectionPath(policies, namespace))) as {
    readonly items: readonly PolicyObject[];
  };
  return list.items;
}
