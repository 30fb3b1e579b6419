import { KubeError, objectPath, type KubeConnection, type Resource } from '@network-mapper/kube';
import type { LabelSet, OwnerKind, ServiceIdentity } from '@network-mapper/model';
import type { Identified, Identities } from '../resolve/identity.ts';
import type { PodRecord } from '../resolve/lookups.ts';
import type { ClusterView } from './cluster-view.ts';

export interface WorkloadDetails {
  readonly kind: OwnerKind | null;
  readonly matchLabels: LabelSet | null;
  readonly problem: SelectorProblem | null;
  readonly services: readonly SelectingService[];
  readonly zones: readonly string[];
  readonly hostAddresses: readonly string[];
}

export interface SelectingService {
  readonly name: string;
  readonly selector: LabelSet;
}

export type SelectorProblem = 'unknown-workload' | 'named-by-override' | 'no-selector' | 'expressions' | 'unreadable';

export interface WorkloadDetailsParts {
  readonly connection: KubeConnection;
  readonly view: ClusterView;
  readonly identities: Identities;
}

type Selector = { readonly matchLabels: LabelSet } | { readonly problem: SelectorProblem };

/** Kinds that select their pods, by `group/kind`. */
const kinds: Readonly<Record<string, Pick<Resource, 'group' | 'version' | 'plural'>>> = {
  'apps/Deployment': { group: 'apps', version: 'v1', plural: 'deployments' },
  'apps/ReplicaSet': { group: 'apps', version: 'v1', plural: 'replicasets' },
  'apps/StatefulSet': { group: 'apps', version: 'v1', plural: 'statefulsets' },
  'apps/DaemonSet': { group: 'apps', version: 'v1', plural: 'daemonsets' },
  'batch/Job': { group: 'batch', version: 'v1', plural: 'jobs' },
  'batch/CronJob': { group: 'batch', version: 'v1', plural: 'cronjobs' },
};

/** Labels that the Job controller gives to the pods of each run (k8s.io/api/batch/v1, types.go). */
const labelsOfRuns: ReadonlySet<string> = new Set([
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
]);

/** Reads what selects the pods of a workload. The mapper keeps nothing of it: it is asked for rarely, and changes. */
export function createWorkloadDetails(
  parts: WorkloadDetailsParts,
): (workload: ServiceIdentity) => Promise<WorkloadDetails> {
  const { view, connection } = parts;
  return async workload => {
    const members = await membersOf(workload, parts);
    const [first] = members;
    const pods = members.map(({ pod }) => pod);
    const keys = new Set(pods.flatMap(pod => view.servicesOf(pod)));
    const zones = new Set(pods.map(pod => view.zoneOf(pod)).filter(zone => zone !== undefined));
    const hostAddresses = new Set(pods.filter(pod => pod.hostNetwork).flatMap(pod => pod.addresses));
    const selector: Selector =
      first === undefined
        ? { problem: 'unknown-workload' }
        : await selectorOf(first.identified, { workload, connection });
    return {
      kind: first?.identified.workload.podOwnerKind ?? null,
      matchLabels: 'matchLabels' in selector ? selector.matchLabels : null,
      problem: 'problem' in selector ? selector.problem : null,
      services: await Promise.all([...keys].sort().map(key => serviceAt(key, connection))),
      zones: [...zones].sort(),
      hostAddresses: [...hostAddresses].sort(),
    };
  };
}

interface Member {
  readonly pod: PodRecord;
  readonly identified: Extract<Identified, { kind: 'identified' }>;
}

async function membersOf(
  { name, namespace }: ServiceIdentity,
  { view, identities }: WorkloadDetailsParts,
): Promise<readonly Member[]> {
  const members: Member[] = [];
  for (const pod of view.podsIn(namespace)) {
    const identified = await identities.of(pod);
    if (identified.kind === 'identified' && identified.workload.name === name) members.push({ pod, identified });
  }
  return members;
}

interface OwnerObject {
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: Labels; readonly matchExpressions?: readonly unknown[] };
    readonly template?: Template;
    readonly jobTemplate?: { readonly spec?: { readonly template?: Template } };
  };
}

interface Template {
  readonly metadata?: { readonly labels?: Labels };
}

type Labels = Readonly<Record<string, string>>;

async function selectorOf(
  { workload: { podOwnerKind: kind }, steps }: Member['identified'],
  { workload, connection }: { readonly workload: ServiceIdentity; readonly connection: KubeConnection },
): Promise<Selector> {
  const owner = steps.at(-1);
  if (kind === null) return { problem: 'named-by-override' };
  const resource = kinds[`${kind.group ?? ''}/${kind.kind}`];
  if (resource === undefined || owner === undefined) return { problem: 'no-selector' };
  const path = objectPath({ ...resource, namespaced: true }, { namespace: workload.namespace, name: owner.name });
  let object: OwnerObject;
  try {
    object = (await connection.getJson(path)) as OwnerObject;
  } catch (error) {
    if (error instanceof KubeError) return { problem: 'unreadable' };
    throw error;
  }
  return kind.group === 'batch' ? ofRuns(object) : ofSelector(object);
}

function ofSelector({ spec }: OwnerObject): Selector {
  const { matchLabels = {}, matchExpressions = [] } = spec?.selector ?? {};
  if (matchExpressions.length > 0) return { problem: 'expressions' };
  return Object.keys(matchLabels).length === 0 ? { problem: 'no-selector' } : { matchLabels: toLabelSet(matchLabels) };
}

/** Jobs select the pods of one run; what all runs have in common are the labels that people wrote. */
function ofRuns({ spec }: OwnerObject): Selector {
  const labels = (spec?.jobTemplate?.spec?.template ?? spec?.template)?.metadata?.labels ?? {};
  const written = toLabelSet(labels).filter(({ key }) => !labelsOfRuns.has(key));
  return written.length === 0 ? { problem: 'no-selector' } : { matchLabels: written };
}

/** A Service that cannot be read, or is gone meanwhile, is named without its selector. */
async function serviceAt(key: string, connection: KubeConnection): Promise<SelectingService> {
  const [namespace = '', name = ''] = key.split('/');
  const path = objectPath({ group: '', version: 'v1', plural: 'services', namespaced: true }, { namespace, name });
  try {
    const { spec } = (await connection.getJson(path)) as { readonly spec?: { readonly selector?: Labels } };
    return { name, selector: toLabelSet(spec?.selector ?? {}) };
  } catch (error) {
    if (error instanceof KubeError) return { name, selector: [] };
    throw error;
  }
}

function toLabelSet(labels: Labels): LabelSet {
  return Object.entries(labels)
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
