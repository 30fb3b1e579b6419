import { applicationNetworkPolicy } from './application-network-policy.ts';
import { authorizationPolicy } from './authorization-policy.ts';
import { calicoNetworkPolicy } from './calico-network-policy.ts';
import { ciliumNetworkPolicy } from './cilium-network-policy.ts';
import { clusterNetworkPolicy } from './cluster-network-policy.ts';
import type { Dialect } from './dialect.ts';
import { networkPolicy } from './network-policy.ts';

/** The dialects of policies, by the names that `export --as` takes. */
export const dialects = {
  'network-policy': networkPolicy,
  cilium: ciliumNetworkPolicy,
  calico: calicoNetworkPolicy,
  istio: authorizationPolicy,
  'cluster-network-policy': clusterNetworkPolicy,
  eks: applicationNetworkPolicy,
} satisfies Readonly<Record<string, Dialect>>;

export type DialectName = keyof typeof dialects;

export function isDialectName(name: string): name is DialectName {
  return Object.hasOwn(dialects, name);
}

export const dialectNames = Object.keys(dialects).filter(isDialectName);
