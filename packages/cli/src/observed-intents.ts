import type { CloudTarget } from './cloud/cloud-targets.ts';
import type { QueriedIdentity, QueriedIntent } from './map-query.ts';
import type { WorkloadName } from './network-map.ts';

/** What one client calls, as a ClientIntents object has it. */
export interface ObservedIntents {
  readonly name: string;
  readonly namespace: string;
  /** The kind of the client's workload; undefined when it is not known. */
  readonly kind: string | undefined;
  readonly targets: readonly Target[];
  /** Empty where nobody asked for them. */
  readonly cloud: readonly CloudTarget[];
}

export interface Target {
  readonly type: 'kafka' | 'service' | 'kubernetes';
  /** As written in ClientIntents: with `.namespace` where that is not the client's. */
  readonly writtenName: string;
  /** Under what name it is on the map: that of its Service where it is named after that. */
  readonly server: WorkloadName;
  /** Of type `kubernetes` only. */
  readonly kind: string | undefined;
  readonly topics: readonly { readonly name: string; readonly operations: readonly string[] }[];
  readonly http: readonly { readonly path: string; readonly methods: readonly string[] }[];
}

export interface Grouping {
  /** Group clients by name and value of this label; by name and namespace when undefined or empty. */
  readonly distinctByLabel: string | undefined;
  readonly asKubernetesService: boolean;
  readonly excludeServices: readonly string[];
}

/** Calls as ClientIntents objects, in the order of name and namespace. */
export function toObservedIntents(intents: readonly QueriedIntent[], grouping: Grouping): readonly ObservedIntents[] {
  const groups = Map.groupBy(intents, ({ client }) => clientKey(client, grouping.distinctByLabel));
  const objects = [...groups.values()].flatMap(group => {
    const client = group[0]?.client;
    return client === undefined
      ? []
      : [
          toObject(
            client,
            group.map(intent => toTarget(intent, grouping)),
          ),
        ];
  });
  return withoutExcluded(
    objects.toSorted(
      byText(
        ({ name }) => name,
        ({ namespace }) => namespace,
      ),
    ),
    grouping.excludeServices,
  );
}

function clientKey({ name, namespace, labels }: QueriedIdentity, distinctByLabel: string | undefined): string {
  if (!distinctByLabel) return JSON.stringify([name, namespace]);
  const [only, ...others] = labels ?? [];
  const isOnlyLabel = only?.key === distinctByLabel && others.length === 0;
  return JSON.stringify([name, isOnlyLabel ? only.value : 'no_value']);
}

function toObject(client: QueriedIdentity, targets: readonly Target[]): ObservedIntents {
  const { name, namespace, podOwnerKind } = client;
  const sorted = withoutUntypedTwins(targets, namespace).toSorted(
    byText(
      target => serverOf(target, namespace).name,
      target => serverOf(target, namespace).namespace,
    ),
  );
  return { name, namespace, kind: podOwnerKind?.kind, targets: sorted, cloud: [] };
}

function toTarget({ client, server, kafkaTopics, httpResources }: QueriedIntent, grouping: Grouping): Target {
  const service = serviceOf(server, grouping);
  const name = service ?? server.name;
  const writtenName = server.namespace === client.namespace ? name : `${name}.${server.namespace}`;
  const named = { writtenName, server: { name, namespace: server.namespace } };
  const topics = (kafkaTopics ?? []).map(topic => ({
    name: topic.name,
    operations: (topic.operations ?? []).map(kafkaOperation),
  }));
  if (topics.length > 0) return { type: 'kafka', ...named, kind: undefined, topics, http: [] };
  const http = (httpResources ?? []).map(({ path, methods }) => ({
    path,
    methods: (methods ?? []).filter(method => method !== 'ALL'),
  }));
  if (service !== undefined) return { type: 'service', ...named, kind: undefined, topics, http };
  return { type: 'kubernetes', ...named, kind: server.podOwnerKind?.kind, topics, http };
}

/**
 * The Kubernetes Service that a server is named after, where it is: the API server always counts as reached through its
 * Service.
 */
function serviceOf({ name, namespace, kubernetesService }: QueriedIdentity, grouping: Grouping): string | undefined {
  if (name === 'kubernetes' && namespace === 'default') return 'kubernetes';
  if (!grouping.asKubernetesService || !kubernetesService) return undefined;
  return kubernetesService;
}

/** Name and namespace as ClientIntents are read: the name ends at the first dot, the namespace at the second. */
export function serverOf(
  target: Target,
  clientNamespace: string,
): { readonly name: string; readonly namespace: string } {
  const [name = '', namespace = clientNamespace] = target.writtenName.split('.');
  return { name, namespace };
}

/** A plain call next to one with topics or paths to the same server says nothing of its own. */
function withoutUntypedTwins(targets: readonly Target[], namespace: string): readonly Target[] {
  const isTyped = ({ type, http }: Target) => type === 'kafka' || http.length > 0;
  const key = (target: Target) => {
    const server = serverOf(target, namespace);
    // Targets without a kind, those of Kafka among them, count as of one kind.
    const kind = target.type === 'service' ? 'Service' : (target.kind ?? '');
    return JSON.stringify([server.name, server.namespace, kind]);
  };
  const typed = new Set(targets.filter(isTyped).map(key));
  return targets.filter(target => isTyped(target) || !typed.has(key(target)));
}

function withoutExcluded(objects: readonly ObservedIntents[], names: readonly string[]): readonly ObservedIntents[] {
  if (names.length === 0) return objects;
  return objects
    .filter(({ name }) => !names.includes(name))
    .map(object => ({
      ...object,
      targets: object.targets.filter(target => !names.includes(serverOf(target, object.namespace).name)),
    }))
    .filter(({ targets }) => targets.length > 0);
}

/**
 * Kafka's operations as ClientIntents spell them: `CLUSTER_ACTION` is `ClusterAction`, those of one word are in lower
 * case.
 */
function kafkaOperation(operation: string): string {
  const words = operation.toLowerCase().split('_');
  return words.length === 1 ? words.join() : words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** Compares by several texts, the first that differs decides. */
function byText<T>(...keys: readonly ((item: T) => string)[]): (a: T, b: T) => number {
  return (a, b) => {
    for (const key of keys) {
      const [left, right] = [key(a), key(b)];
      if (left !== right) return left < right ? -1 : 1;
    }
    return 0;
  };
}
