import type { KubeObject, Resource } from '@network-mapper/kube';

/** The custom resource in which people of the Otterize operators declare what a client may talk to. */
export const clientIntentsResource: Resource = {
  group: 'k8s.otterize.com',
  version: 'v2alpha1',
  plural: 'clientintents',
  namespaced: true,
};

/** What is kept of a ClientIntents object. */
export interface ClientIntents {
  readonly namespace: string;
  readonly name: string;
  /** Being deleted: its status is of no use to anybody any more. */
  readonly deleting: boolean;
  /** `spec.targets[].internet.domains[]`, as spelled there. */
  readonly domains: ReadonlySet<string>;
  /** `status.resolvedIPs`: addresses by domain. */
  readonly resolved: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Reads an object; members that have not the form that the CRD gives them count as absent. */
export function toClientIntents({ metadata, spec, status }: KubeObject): ClientIntents {
  const resolved = new Map<string, Set<string>>();
  for (const entry of itemsOf(status, 'resolvedIPs')) {
    const dns = memberOf(entry, 'dns');
    if (typeof dns !== 'string') continue;
    resolved.set(dns, new Set([...(resolved.get(dns) ?? []), ...textsOf(entry, 'ips')]));
  }
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    deleting: metadata.deletionTimestamp !== undefined,
    domains: new Set(itemsOf(spec, 'targets').flatMap(target => textsOf(memberOf(target, 'internet'), 'domains'))),
    resolved,
  };
}

function memberOf(value: unknown, member: string): unknown {
  return typeof value === 'object' && value !== null && member in value
    ? (value as Readonly<Record<string, unknown>>)[member]
    : undefined;
}

function itemsOf(value: unknown, member: string): readonly unknown[] {
  const items = memberOf(value, member);
  return Array.isArray(items) ? items : [];
}

function textsOf(value: unknown, member: string): readonly string[] {
  return itemsOf(value, member).filter(item => typeof item === 'string' && item !== '') as string[];
}
