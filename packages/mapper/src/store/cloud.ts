import type { CloudEdge, CloudProvider, ServiceIdentity } from '@network-mapper/model';
import type { MapBudget } from './details.ts';
import type { EdgeKind } from './edge-store.ts';
import { addCounts } from './edge-times.ts';

/** Something that a workload did to a cloud's resource. */
export interface CloudSighting {
  readonly client: ServiceIdentity;
  readonly provider: CloudProvider;
  readonly resource: string;
  /** Actions, or permissions in the words of GCP. */
  readonly actions: readonly string[];
  readonly dataActions: readonly string[];
  readonly iamRole: string | null;
  readonly podIdentity: boolean;
  readonly at: number;
}

/** More actions than any service of a cloud has. */
const mostActions = 1_000;

export const cloudEdges: EdgeKind<CloudEdge, CloudSighting> = {
  owner: ({ client }) => client,
  // The role is part of the key: the same call under another role is another right that is used.
  key: ({ provider, resource, iamRole }) => [provider, resource, iamRole ?? ''].join('\0'),
  limit: 10_000,
  create: ({ client: { name, namespace }, provider, resource, iamRole, podIdentity, at, ...seen }, budget) => {
    const [actions, dataActions] = [budget.newSet(), budget.newSet()];
    addActions(actions, seen.actions, budget);
    addActions(dataActions, seen.dataActions, budget);
    const times = { firstSeen: at, lastSeen: at, count: 1, revision: 0, gone: false };
    const client = { name, namespace };
    return { kind: 'cloud', client, provider, resource, iamRole, podIdentity, actions, dataActions, ...times };
  },
  merge: (edge, { actions, dataActions, podIdentity, at }, budget) => {
    edge.podIdentity ||= podIdentity;
    addActions(edge.actions, actions, budget);
    addActions(edge.dataActions, dataActions, budget);
    addCounts(edge, { at, firstAt: at, count: 1 });
  },
};

function addActions(set: Set<string>, actions: readonly string[], budget: MapBudget): void {
  for (const action of actions) budget.addTo(set, action, { kind: 'action', most: mostActions });
}
