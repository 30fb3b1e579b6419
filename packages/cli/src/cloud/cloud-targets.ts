import type { ObservedIntents } from '../observed-intents.ts';
import { placeOf, sortedBy } from '../network-map.ts';
import type { CloudOperation } from './cloud-operations.ts';

/** What a client does to one resource of a cloud provider, as ClientIntents have it. */
export interface CloudTarget {
  readonly provider: CloudOperation['provider'];
  /** ARN, scope or full resource name. */
  readonly resource: string;
  /** Sorted; the permissions of GCP. */
  readonly actions: readonly string[];
  /** Of Azure only. */
  readonly dataActions: readonly string[];
}

/** The objects with the targets of cloud providers, and objects of the clients that call nothing else. */
export function withCloudTargets(
  objects: readonly ObservedIntents[],
  operations: readonly CloudOperation[],
): readonly ObservedIntents[] {
  const done = operations.filter(({ actions, dataActions }) => actions.length + dataActions.length > 0);
  const byClient = Map.groupBy(done, ({ client }) => placeOf(client));
  const known = new Set(objects.map(placeOf));
  const others = [...byClient]
    .filter(([place]) => !known.has(place))
    .flatMap(([, [first]]) => (first === undefined ? [] : [first.client]))
    .map(({ name, namespace }) => ({ name, namespace, kind: undefined, targets: [], cloud: [] }));
  return sortedBy(
    [...objects, ...others].map(object => ({ ...object, cloud: targetsOf(byClient.get(placeOf(object)) ?? []) })),
    ({ name, namespace }) => `${name}\0${namespace}`,
  );
}

/** One target for each resource, whatever role was used. */
function targetsOf(operations: readonly CloudOperation[]): readonly CloudTarget[] {
  const byResource = Map.groupBy(operations, ({ provider, resource }) => `${provider} ${resource}`);
  return sortedBy([...byResource], ([key]) => key).flatMap(([, group]) => {
    const [first] = group;
    if (first === undefined) return [];
    const { provider, resource } = first;
    const all = (list: (operation: CloudOperation) => readonly string[]) =>
      [...new Set(group.flatMap(list))].toSorted();
    return [{ provider, resource, actions: all(({ actions }) => actions), dataActions: all(o => o.dataActions) }];
  });
}

/** A target of `k8s.otterize.com/v2beta1`. */
export function cloudTarget({ provider, resource, actions, dataActions }: CloudTarget): object {
  if (provider === 'AWS') return { aws: { arn: resource, actions } };
  if (provider === 'GCP') return { gcp: { resource, permissions: actions } };
  return {
    azure: { scope: resource, ...(actions.length > 0 && { actions }), ...(dataActions.length > 0 && { dataActions }) },
  };
}

/** A call of `k8s.otterize.com/v1alpha3`. */
export function cloudCall({ provider, resource: name, actions, dataActions }: CloudTarget): object {
  if (provider === 'AWS') return { name, type: 'aws', awsActions: actions };
  if (provider === 'GCP') return { name, type: 'gcp', gcpPermissions: actions };
  return {
    name,
    type: 'azure',
    ...(actions.length > 0 && { azureActions: actions }),
    ...(dataActions.length > 0 && { azureDataActions: dataActions }),
  };
}
