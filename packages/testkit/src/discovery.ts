import type { ResourceType, ResourceTypes } from './resource-types.ts';

function toApiResource({ plural, kind, namespaced }: ResourceType): object {
  return { name: plural, singularName: kind.toLowerCase(), kind, namespaced, verbs: ['get', 'list', 'watch'] };
}

function groups(types: ResourceTypes): readonly { readonly name: string }[] {
  const versions = new Map<string, { groupVersion: string; version: string }[]>();
  for (const groupVersion of new Set(types.all().map(type => type.groupVersion))) {
    const [name = '', version] = groupVersion.split('/');
    if (version === undefined) continue;
    versions.set(name, [...(versions.get(name) ?? []), { groupVersion, version }]);
  }
  return [...versions].map(([name, served]) => ({ name, versions: served, preferredVersion: served[0] }));
}

/** The documents at the paths that name no resource; undefined where there is none. */
export function discover(types: ResourceTypes, path: readonly string[]): object | string | undefined {
  const [root, group, version] = path;
  if (path.length === 1) {
    if (root === 'version') return { major: '1', minor: '34', gitVersion: 'v1.34.0', platform: 'linux/amd64' };
    if (root === 'healthz' || root === 'livez' || root === 'readyz') return 'ok';
    if (root === 'api') return { kind: 'APIVersions', versions: ['v1'] };
    if (root === 'apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups(types) };
    return undefined;
  }
  if (root === 'apis' && version === undefined) {
    const found = groups(types).find(({ name }) => name === group);
    return found && { kind: 'APIGroup', apiVersion: 'v1', ...found };
  }
  const groupVersion = path.slice(1).join('/');
  const served = types.ofGroupVersion(groupVersion);
  if (served.length === 0) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: served.map(toApiResource) };
}
