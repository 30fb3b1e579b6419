import {
  cronJob,
  deployment,
  job,
  node,
  pod,
  replicaSet,
  service,
  statefulSet,
  type KubernetesObject,
} from '@network-mapper/testkit';
import type { Layout, Placed, PlacedWorkload } from './layout.ts';
import type { Workload } from './plan.ts';

interface OwnedName {
  readonly name: string;
  readonly namespace: string;
}

/** The owners of a pod, topmost first. */
function deploymentOwners({ name, namespace }: OwnedName, hash: string): readonly KubernetesObject[] {
  const top = deployment({ name, namespace });
  return [top, replicaSet({ name: `${name}-${hash}`, namespace, owner: top })];
}

const ownersBy: Readonly<Record<Workload['namedBy'], (named: OwnedName) => readonly KubernetesObject[]>> = {
  Deployment: named => deploymentOwners(named, '6d8f7b9c54'),
  StatefulSet: named => [statefulSet(named)],
  CronJob: ({ name, namespace }) => {
    const top = cronJob({ name, namespace });
    return [top, job({ name: `${name}-29381760`, namespace, owner: top })];
  },
  // The owners have another name than the one people know: the annotation on the pod says it.
  annotation: ({ name, namespace }) =>
    deploymentOwners({ name: `${name.slice(0, 5)}-canary`, namespace }, '5b7c4d8f96'),
};

function podAndService(placed: Placed, { namespace, owner, annotations }: PodContext): readonly KubernetesObject[] {
  const labels = { app: placed.service.name };
  const { name, clusterIp, port, protocol } = placed.service;
  return [
    service({
      name,
      namespace,
      clusterIp,
      selector: labels,
      ports: [{ name: 'main', port, protocol, targetPort: placed.podPort }],
    }),
    pod({
      name: placed.podName,
      namespace,
      ip: placed.podIp,
      labels,
      ports: [{ name: 'main', containerPort: placed.podPort }],
      ...(owner && { owner }),
      ...(annotations && { annotations }),
    }),
  ];
}

interface PodContext {
  readonly namespace: string;
  readonly owner: KubernetesObject | undefined;
  readonly annotations?: Readonly<Record<string, string>>;
}

function workloadObjects(placed: PlacedWorkload, namespace: string): readonly KubernetesObject[] {
  const { name, namedBy } = placed.workload;
  const owners = ownersBy[namedBy]({ name, namespace });
  const annotations = namedBy === 'annotation' && { annotations: { 'intents.otterize.com/workload-name': name } };
  return [...owners, ...podAndService(placed, { namespace, owner: owners.at(-1), ...annotations })];
}

/** The cluster of a layout as the objects of its Kubernetes API. */
export function clusterObjects(layout: Layout): readonly KubernetesObject[] {
  const dnsOwners = deploymentOwners({ name: 'coredns', namespace: 'kube-system' }, '7c65d6cfc9');
  return [
    node({ name: 'node-1', ips: [layout.nodeIp] }),
    ...dnsOwners,
    ...podAndService(layout.dns, { namespace: 'kube-system', owner: dnsOwners.at(-1) }),
    ...layout.pods.flatMap(placed => workloadObjects(placed, layout.namespace)),
  ];
}
