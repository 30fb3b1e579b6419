import type { ServiceIdentity } from '@network-mapper/model';
import { MultiMap } from '@network-mapper/runtime';
import type { PodRecord } from '../resolve/lookups.ts';

const canonicalName = 'service.istio.io/canonical-name';

/** Pods by the names that Istio has for them; indexed when the first is looked up, as most clusters have no mesh. */
export class MeshPods {
  readonly #all: () => Iterable<PodRecord>;
  #byName: MultiMap<string, PodRecord> | undefined;

  /** `all`: the pods that are there now. */
  constructor(all: () => Iterable<PodRecord>) {
    this.#all = all;
  }

  changed(before: PodRecord | undefined, after: PodRecord | undefined): void {
    if (this.#byName === undefined) return;
    if (before !== undefined) for (const name of meshNamesOf(before)) this.#byName.delete(name, before);
    if (after !== undefined) for (const name of meshNamesOf(after)) this.#byName.add(name, after);
  }

  /**
   * Those of a namespace, or of all where it is empty: that have the name as their label, or where none has it so, by
   * their owner.
   */
  named({ name, namespace }: ServiceIdentity): readonly PodRecord[] {
    const named = this.#index()
      .get(name)
      .filter(pod => namespace === '' || pod.namespace === namespace);
    const labelled = named.filter(pod => meshNamesOf(pod)[0] === name);
    return labelled.length > 0 ? labelled : named;
  }

  #index(): MultiMap<string, PodRecord> {
    if (this.#byName !== undefined) return this.#byName;
    this.#byName = new MultiMap();
    for (const pod of this.#all()) this.changed(undefined, pod);
    return this.#byName;
  }
}

/**
 * By which names Istio knows the workload of a pod, the best first: the label that it gives to pods with a sidecar, and
 * what it makes of their owners for `*_workload` in its metrics (istio/istio, pkg/kube/controllers,
 * `GetDeployMetaFromPod`).
 */
function meshNamesOf(pod: PodRecord): readonly string[] {
  const label = pod.labels.find(({ key }) => key === canonicalName)?.value;
  const workload = workloadName(pod);
  return [...new Set([label, workload])].filter(name => name !== undefined);
}

function workloadName({ owner, labels }: PodRecord): string | undefined {
  if (owner === undefined) return undefined;
  const hash = labels.find(({ key }) => key === 'pod-template-hash')?.value;
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`))
    return owner.name.slice(0, -hash.length - 1);
  // Jobs of a CronJob have the minute of their start at the end.
  return owner.kind === 'Job' ? owner.name.replace(/-\d{8,10}$/, '') : owner.name;
}
