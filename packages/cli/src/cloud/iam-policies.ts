import { placeOf, sortedBy, type WorkloadName } from '../network-map.ts';
import type { CloudOperation } from './cloud-operations.ts';

/** The policy of one role, or of one workload whose role is not known. */
export interface IamPolicy {
  /** The ARN of the role, or `namespace/name` of the workload. */
  readonly name: string;
  /** Undefined where it is not known. */
  readonly role: string | undefined;
  /** The credentials were those of EKS Pod Identity. */
  readonly podIdentity: boolean;
  /** The workloads that were seen to need it. */
  readonly clients: readonly WorkloadName[];
  readonly document: PolicyDocument;
}

/** As "Grammar of the IAM JSON policy language" has it, with lists always. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

type AwsOperation = Pick<CloudOperation, 'client' | 'resource' | 'actions' | 'iamRole' | 'podIdentity'>;

/** What each role was seen to do, in the order of names; the same for the same operations in whatever order. */
export function iamPolicies(operations: readonly AwsOperation[]): readonly IamPolicy[] {
  const done = operations.filter(({ actions }) => actions.length > 0);
  const byName = Map.groupBy(done, operation => roleOf(operation) ?? placeOf(operation.client));
  return sortedBy([...byName], ([name]) => name).map(([name, group]) => ({
    name,
    role: group.map(roleOf)[0],
    podIdentity: group.some(({ podIdentity }) => podIdentity),
    clients: group.map(({ client }) => client),
    document: { Version: '2012-10-17', Statement: statementsOf(group) },
  }));
}

/** An empty role is one that is not known. */
function roleOf({ iamRole }: AwsOperation): string | undefined {
  return iamRole === null || iamRole === '' ? undefined : iamRole;
}

/** One statement for all actions that are about the same resources. */
function statementsOf(operations: readonly AwsOperation[]): readonly Statement[] {
  const pairs = operations.flatMap(({ actions, resource }) => actions.map(action => ({ action, resource })));
  const allowed = [...Map.groupBy(pairs, ({ action }) => action)].map(([action, of]) => ({
    action,
    resources: resourcesOf(of.map(({ resource }) => resource)),
  }));
  const statements = [...Map.groupBy(allowed, ({ resources }) => JSON.stringify(resources))].map(([, group]) => ({
    Effect: 'Allow' as const,
    Action: group.map(({ action }) => action).toSorted(),
    Resource: group[0]?.resources ?? [],
  }));
  return sortedBy(statements, ({ Action }) => JSON.stringify(Action));
}

/** Sorted, each once. Beside `*`, which is every resource, none other says anything. */
function resourcesOf(all: readonly string[]): readonly string[] {
  return all.includes('*') ? ['*'] : [...new Set(all)].toSorted();
}
