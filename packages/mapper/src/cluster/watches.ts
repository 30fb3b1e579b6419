import {
  OwnerReader,
  WatchedCollection,
  type CollectionState,
  type KubeConnection,
  type Resource,
} from '@network-mapper/kube';
import type { Runnable } from '@network-mapper/runtime';
import type { PodRecord } from '../resolve/lookups.ts';
import { controllerOf, type Owners, type OwnerRecord } from '../resolve/identity.ts';
import type { ClusterView } from './cluster-view.ts';
import { toEndpointSliceRecord, toNodeRecord, toServiceRecord, type NodeRecord, type Records } from './records.ts';

export interface WatchesOptions {
  readonly connection: KubeConnection;
  readonly view: ClusterView;
  readonly records: Records;
  /** Called when what is known of a kind becomes more or less believable. */
  readonly stateChanged: (kind: string, state: CollectionState) => void;
  /** Called with the namespace of each pod, Service or slice that changed. */
  readonly touched?: ((namespace: string) => void) | undefined;
}

/** One watched kind, as readiness and metrics see it. */
export interface WatchedKind {
  readonly kind: string;
  readonly state: CollectionState;
}

export interface Watches {
  /** The pod with a key `namespace/name` as it is now. */
  readonly podAt: (key: string) => PodRecord | undefined;
  readonly runnables: readonly Runnable[];
  readonly owners: Owners;
  readonly kinds: () => readonly WatchedKind[];
  /** Whether every kind has been listed once, or is known to be out of reach. */
  readonly listed: () => boolean;
}

const ownerKinds: readonly { readonly kind: string; readonly resource: Resource }[] = [
  ...(['ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet'] as const).map(kind => ({ kind, group: 'apps' })),
  ...(['Job', 'CronJob'] as const).map(kind => ({ kind, group: 'batch' })),
].map(({ kind, group }) => ({
  kind,
  resource: { group, version: 'v1', plural: `${kind.toLowerCase()}s`, namespaced: true },
}));

function core(plural: string, namespaced = true): Resource {
  return { group: '', version: 'v1', plural, namespaced };
}

/**
 * Keeps `view` true: watches of pods, Services, EndpointSlices and nodes, and of the owners that pods commonly have
 * (their metadata only).
 */
export function createWatches({ connection, view, records, stateChanged, touched }: WatchesOptions): Watches {
  const reader = new OwnerReader(connection);
  const touch = (key: string): void => touched?.(key.slice(0, key.indexOf('/')));
  const stateOf = (kind: string) => (state: CollectionState) => stateChanged(kind, state);
  const nodes = new WatchedCollection<NodeRecord>({
    connection,
    resource: core('nodes', false),
    reduce: toNodeRecord,
    changed: (_key, before, after) => view.nodeChanged(before, after, nodes.values()),
    stateChanged: stateOf('nodes'),
  });
  const pods = new WatchedCollection({
    connection,
    resource: core('pods'),
    reduce: object => records.pod(object),
    changed: (key, before, after) => {
      view.podChanged(key, before, after);
      touch(key);
    },
    stateChanged: stateOf('pods'),
  });
  const owners = new Map(
    ownerKinds.map(({ kind, resource }) => [
      `${resource.group}/${resource.version} ${kind}`,
      new WatchedCollection<OwnerRecord>({
        connection,
        resource,
        metadataOnly: true,
        reduce: ({ metadata }) => ({ owner: records.owner(controllerOf(metadata.ownerReferences)) }),
        stateChanged: stateOf(resource.plural),
      }),
    ]),
  );
  const collections = new Map<string, WatchedCollection<unknown>>([
    ['nodes', nodes],
    [
      'services',
      new WatchedCollection({
        connection,
        resource: core('services'),
        reduce: toServiceRecord,
        changed: (key, before, after) => {
          view.serviceChanged(key, before, after);
          touch(key);
        },
        stateChanged: stateOf('services'),
      }),
    ],
    ['pods', pods],
    [
      'endpointslices',
      new WatchedCollection({
        connection,
        resource: { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices', namespaced: true },
        reduce: toEndpointSliceRecord,
        changed: (key, before, after) => {
          view.endpointSliceChanged(key, before, after);
          touch(key);
        },
        stateChanged: stateOf('endpointslices'),
      }),
    ],
    ...[...owners].map(([, collection], index) => [ownerKinds[index]?.resource.plural ?? '', collection] as const),
  ]);
  const kinds = (): readonly WatchedKind[] => [...collections].map(([kind, { state }]) => ({ kind, state }));
  return {
    podAt: key => pods.get(key),
    runnables: [...collections.values()],
    kinds,
    listed: () =>
      kinds().every(
        ({ state }) =>
          state.kind === 'synced' ||
          (state.kind === 'failing' && (state.reason === 'forbidden' || state.lastSynced !== undefined)),
      ),
    owners: {
      peek: ({ apiVersion, kind, name }, namespace) => owners.get(`${apiVersion} ${kind}`)?.get(`${namespace}/${name}`),
      read: (reference, namespace) => reader.read(reference, namespace),
    },
  };
}
