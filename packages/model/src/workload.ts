import { identityKey } from './identity.ts';
import { Interned } from './interned.ts';
import { sharedText } from './shared-text.ts';

/** A pod's labels, ascending by key. Equal sets are the same object. */
export type LabelSet = readonly { readonly key: string; readonly value: string }[];

export interface OwnerKind {
  /** Null for the core group. */
  readonly group: string | null;
  readonly version: string;
  readonly kind: string;
}

/**
 * A service identity as the API shows it, without how it was found. Equal workloads are the same object, so that an edge
 * costs two references and an answer can be put together from pieces that were written before.
 */
export interface Workload extends WorkloadFacts {
  /** `namespace/name`: by it the map is keyed and ordered. */
  readonly key: string;
}

export interface WorkloadFacts {
  readonly name: string;
  readonly namespace: string;
  readonly labels: LabelSet | null;
  readonly nameResolvedUsingAnnotation: boolean | null;
  readonly podOwnerKind: OwnerKind | null;
  /** The Service through which a server was reached. */
  readonly kubernetesService: string | null;
}

/** How one side of a sighting was found. Times are milliseconds since the epoch, or of duration. */
export interface Found {
  readonly host: string | null;
  readonly podHostname: string | null;
  readonly procfsHostname: string | null;
  readonly port: number | null;
  readonly isService: boolean | null;
  readonly uptime: number | null;
  readonly lastSeen: number | null;
  readonly extraInfo: string | null;
  readonly hasLinkerdSidecar: boolean | null;
  readonly tcpDestResolveFixData: { readonly isSrcControlPlane: boolean; readonly resolvedUsingIp: boolean } | null;
}

/** Nothing is known about how it was found. */
export const foundNothing: Found = {
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

const labelSets = new Interned<LabelSet>();
const workloads = new Interned<Workload>();

/** The one object for a set of labels. */
export function internLabels(labels: Readonly<Record<string, string>> | undefined): LabelSet {
  const keys = Object.keys(labels ?? {}).sort();
  // Neither keys nor values of labels have such a character (kubernetes.io/docs/concepts/overview/working-with-objects/labels).
  const whole = keys.map(key => `${key}\0${labels?.[key] ?? ''}`).join('\0');
  return labelSets.get(whole, () => keys.map(key => ({ key: sharedText(key), value: labels?.[key] ?? '' })));
}

/** The one object for a workload. */
export function internWorkload(facts: WorkloadFacts): Workload {
  const { name, namespace, labels, nameResolvedUsingAnnotation, podOwnerKind, kubernetesService } = facts;
  const whole = { name, namespace, labels, nameResolvedUsingAnnotation, podOwnerKind, kubernetesService };
  return workloads.get(JSON.stringify(whole), () => ({ key: identityKey(whole), ...whole }));
}

/** Workloads as reached through Services: asked for with every sighting. */
const reached = new WeakMap<Workload, Map<string | null, Workload>>();

/** `workload` as reached through a Service. */
export function throughService(workload: Workload, service: string | null): Workload {
  if (workload.kubernetesService === service) return workload;
  let byService = reached.get(workload);
  if (byService === undefined) {
    byService = new Map();
    reached.set(workload, byService);
  }
  let through = byService.get(service);
  if (through === undefined) {
    through = internWorkload({ ...workload, kubernetesService: service });
    byService.set(service, through);
  }
  return through;
}
