import type { PodRecord } from '../resolve/lookups.ts';

const canonicalName = 'service.istio.io/canonical-name';

/**
 * By which names Istio knows the workload of a pod, the best first: the label that it gives to pods with a sidecar, and
 * what it makes of their owners for `*_workload` in its metrics (istio/istio, pkg/kube/controllers,
 * `GetDeployMetaFromPod`).
 */
export function meshNamesOf(pod: PodRecord): readonly string[] {
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
