import { EdgeStore, type Edge, type EdgeKind } from './edge-store.ts';

export type CloudProvider = 'AWS' | 'AZURE' | 'GCP';

/** Something that a workload did to a cloud's resource. */
export interface CloudOperationSeen {
  readonly client: { readonly name: string; readonly namespace: string };
  readonly provider: CloudProvider;
  readonly resource: string;
  /** Actions, or permissions in the words of GCP. */
  readonly actions: readonly string[];
  readonly dataActions: readonly string[];
  readonly iamRole: string | null;
  readonly at: number;
}

export interface CloudOperationEdge extends Edge {
  readonly client: { readonly name: string; readonly namespace: string };
  readonly provider: CloudProvider;
  readonly resource: string;
  readonly iamRole: string | null;
  readonly actions: Set<string>;
  readonly dataActions: Set<string>;
}

const cloudOperationEdges: EdgeKind<CloudOperationEdge, CloudOperationSeen> = {
  owner: seen => seen.client,
  // The role is part of the key: the same call under another role is another right that is used.
  key: ({ provider, resource, iamRole }) => [provider, resource, iamRole ?? ''].join('\0'),
  limit: 10_000,
  create: ({ client, provider, resource, actions, dataActions, iamRole, at }) => ({
    client,
    provider,
    resource,
    iamRole,
    actions: new Set(actions),
    dataActions: new Set(dataActions),
    firstSeen: at,
    lastSeen: at,
    count: 1,
  }),
  merge: (edge, { actions, dataActions, at }) => {
    for (const action of actions) edge.actions.add(action);
    for (const action of dataActions) edge.dataActions.add(action);
    if (at > edge.lastSeen) edge.lastSeen = at;
    edge.count++;
  },
};

export type CloudOperations = EdgeStore<CloudOperationEdge, CloudOperationSeen>;

export function createCloudOperations(): CloudOperations {
  return new EdgeStore(cloudOperationEdges);
}
