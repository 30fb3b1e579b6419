/** One line of the API's discovery: `pods` of `v1`, kind `Pod`. */
export interface ResourceType {
  /** `v1`, `apps/v1`, … */
  readonly groupVersion: string;
  /** The plural that stands in paths. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Lists of built-in kinds leave `kind` and `apiVersion` out of their items; lists of custom resources do not. */
  readonly builtIn: boolean;
}

type Row = readonly [plural: string, kind: string, scope?: 'cluster'];

const builtIns: Readonly<Record<string, readonly Row[]>> = {
  v1: [
    ['configmaps', 'ConfigMap'],
    ['endpoints', 'Endpoints'],
    ['events', 'Event'],
    ['namespaces', 'Namespace', 'cluster'],
    ['nodes', 'Node', 'cluster'],
    ['pods', 'Pod'],
    ['replicationcontrollers', 'ReplicationController'],
    ['secrets', 'Secret'],
    ['serviceaccounts', 'ServiceAccount'],
    ['services', 'Service'],
  ],
  'apps/v1': [
    ['daemonsets', 'DaemonSet'],
    ['deployments', 'Deployment'],
    ['replicasets', 'ReplicaSet'],
    ['statefulsets', 'StatefulSet'],
  ],
  'batch/v1': [
    ['cronjobs', 'CronJob'],
    ['jobs', 'Job'],
  ],
  'discovery.k8s.io/v1': [['endpointslices', 'EndpointSlice']],
  'networking.k8s.io/v1': [
    ['ingresses', 'Ingress'],
    ['networkpolicies', 'NetworkPolicy'],
  ],
  'coordination.k8s.io/v1': [['leases', 'Lease']],
  'apiextensions.k8s.io/v1': [['customresourcedefinitions', 'CustomResourceDefinition', 'cluster']],
};

const customResources: Readonly<Record<string, readonly Row[]>> = {
  'argoproj.io/v1alpha1': [
    ['rollouts', 'Rollout'],
    ['workflows', 'Workflow'],
  ],
  // Its plural is not what the rules below would make of it.
  'k8s.otterize.com/v2alpha1': [['clientintents', 'ClientIntents']],
};

function* rows(table: Readonly<Record<string, readonly Row[]>>, builtIn: boolean): Generator<ResourceType> {
  for (const [groupVersion, kinds] of Object.entries(table)) {
    for (const [plural, kind, scope] of kinds) {
      yield { groupVersion, plural, kind, namespaced: scope !== 'cluster', builtIn };
    }
  }
}

/** The plural by which an unknown kind is served, after the rules of English that Kubernetes' own generator uses. */
function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (/(s|x|ch|sh)$/.test(singular)) return `${singular}es`;
  return /[^aeiou]y$/.test(singular) ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}

/** The kinds that the API serves: the built-in ones, and every kind of which an object was put. */
export class ResourceTypes {
  readonly #types: ResourceType[] = [...rows(builtIns, true), ...rows(customResources, false)];

  all(): readonly ResourceType[] {
    return this.#types;
  }

  ofGroupVersion(groupVersion: string): readonly ResourceType[] {
    return this.#types.filter(type => type.groupVersion === groupVersion);
  }

  atPath({ groupVersion, plural }: { groupVersion: string; plural: string }): ResourceType | undefined {
    return this.#types.find(type => type.groupVersion === groupVersion && type.plural === plural);
  }

  /** The type of an object; from now on served, if it was not before. */
  serve(object: { apiVersion: string; kind: string; metadata: { namespace?: string | undefined } }): ResourceType {
    const known = this.#types.find(type => type.groupVersion === object.apiVersion && type.kind === object.kind);
    if (known !== undefined) return known;
    const type = {
      groupVersion: object.apiVersion,
      plural: pluralOf(object.kind),
      kind: object.kind,
      namespaced: object.metadata.namespace !== undefined,
      builtIn: false,
    };
    this.#types.push(type);
    return type;
  }

  /** Takes a kind out of discovery and answers `404` for it, as a cluster does where its CRD is not installed. */
  withdraw({ apiVersion, kind }: { apiVersion: string; kind: string }): void {
    const at = this.#types.findIndex(type => type.groupVersion === apiVersion && type.kind === kind);
    if (at >= 0) this.#types.splice(at, 1);
  }
}
