import type { ServiceIdentity } from './identity.ts';

/** A pod's labels, ascending by key. */
export type LabelSet = readonly { readonly key: string; readonly value: string }[];

export interface OwnerKind {
  /** Null for the core group. */
  readonly group: string | null;
  readonly version: string;
  readonly kind: string;
}

/** A service identity with what is known of the workload that it names. */
export interface Workload extends ServiceIdentity {
  /** `namespace/name`: by it the map is keyed and ordered. */
  readonly key: string;
  readonly labels: LabelSet | null;
  readonly nameResolvedUsingAnnotation: boolean | null;
  readonly podOwnerKind: OwnerKind | null;
  /** The Service through which a server was reached. */
  readonly kubernetesService: string | null;
}

/** A workload of which only the name is known. */
export function namedWorkload({ name, namespace }: ServiceIdentity): Workload {
  return {
    key: `${namespace}/${name}`,
    name,
    namespace,
    labels: null,
    nameResolvedUsingAnnotation: null,
    podOwnerKind: null,
    kubernetesService: null,
  };
}

/** How one side of a sighting was resolved (the API's `resolutionData`). */
export interface Provenance {
  readonly host: string | null;
  readonly podHostname: string | null;
  readonly procfsHostname: string | null;
  readonly port: number | null;
  readonly isService: boolean | null;
  /** Whole seconds: the time of a pod's creation is no better known. */
  readonly uptime: number | null;
  /** Milliseconds since the epoch. */
  readonly lastSeen: number | null;
  readonly extraInfo: string | null;
  readonly hasLinkerdSidecar: boolean | null;
  readonly tcpDestResolveFixData: { readonly isSrcControlPlane: boolean; readonly resolvedUsingIp: boolean } | null;
}

/** Nothing is known of how it was resolved. */
export const unknownProvenance: Provenance = {
  host: null,
  podHostname: null,
  procfsHostname: null,
  port: null,
  isService: null,
  uptime: null,
  lastSeen: null,
  extraInfo: null,
  hasLinkerdSidecar: null,
  tcpDestResolveFixData: null,
};
