import type { AllowRule, Selected } from './allow-rule.ts';

/** One way to write policies down. */
export interface Dialect {
  /** Why a rule cannot be said in it; undefined where it can. */
  readonly refusal: (rule: AllowRule) => string | undefined;
  /** The policy of one workload, whose rules can all be said; or why all together cannot. */
  readonly render: (policy: PolicyContent) => object | { readonly tooMuch: string };
}

export interface PolicyContent {
  readonly rules: readonly AllowRule[];
  readonly name: string;
  readonly namespace: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Each direction that has rules. A direction without any is not limited: an empty list would deny all. */
export function directionsOf(rules: readonly AllowRule[]): {
  readonly ingress: readonly AllowRule[];
  readonly egress: readonly AllowRule[];
} {
  return {
    ingress: rules.filter(({ direction }) => direction === 'ingress'),
    egress: rules.filter(({ direction }) => direction === 'egress'),
  };
}

/** Addresses of NodeLocal DNSCache (kubernetes/cluster/addons/dns/nodelocaldns). */
export const nodeLocalDns = '169.254.20.10/32';

/** Labels of the cluster's resolvers: kubeadm, kops, k3s, GKE, EKS and AKS all keep to them. */
export const dnsPods: Pick<Selected, 'namespace' | 'labels'> = {
  namespace: 'kube-system',
  labels: [{ key: 'k8s-app', value: 'kube-dns' }],
};

/** Every namespace has this label (Kubernetes 1.22 and later). */
export const namespaceLabel = 'kubernetes.io/metadata.name';

/** An address as a range of one. */
export function cidrOf(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

/** All addresses there are. */
export const everywhere = ['0.0.0.0/0', '::/0'];

export function matchLabels(labels: readonly { readonly key: string; readonly value: string }[]): object {
  return { matchLabels: Object.fromEntries(labels.map(({ key, value }) => [key, value])) };
}

export function inNamespace(name: string): object {
  return matchLabels([{ key: namespaceLabel, value: name }]);
}
