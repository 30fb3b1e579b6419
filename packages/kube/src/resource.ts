/** A kind of object as it stands in the API's paths. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Lower case, such as `replicasets`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** `/api/v1` or `/apis/<group>/<version>`. */
export function groupVersionPath({ group, version }: { readonly group: string; readonly version: string }): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** All objects of the kind, of all namespaces or of one. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const within = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${groupVersionPath(resource)}${within}/${resource.plural}`;
}

/** Which objects of a kind are meant; all of them where nothing is said. */
export interface ObjectSelection {
  readonly namespace?: string | undefined;
  /** As of `kubectl get --selector`. */
  readonly labelSelector?: string | undefined;
}

/** One object. */
export function objectPath(
  resource: Resource,
  { name, namespace }: { readonly name: string; readonly namespace: string },
): string {
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
}

/** Asks for metadata alone where the server can give it: a few hundred bytes of an object instead of all of it. */
export const metadataOnly = {
  object: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json',
  list: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json',
} as const;
