import type { Call, Plan, Workload } from './plan.ts';

/** Where everything of a plan stands: which pod has which address, which Service stands before it. */
export interface Layout {
  readonly namespace: string;
  /** The node's own address, which is the pods' gateway. */
  readonly nodeIp: string;
  readonly dns: Placed;
  readonly pods: readonly PlacedWorkload[];
}

export interface Placed {
  readonly podName: string;
  readonly podIp: string;
  /** Where the process listens. */
  readonly podPort: number;
  readonly service: {
    readonly name: string;
    readonly clusterIp: string;
    readonly port: number;
    readonly protocol: 'TCP' | 'UDP';
  };
}

export interface PlacedWorkload extends Placed {
  readonly workload: Workload;
}

/** A call as the process of the caller receives it. */
export interface Target {
  readonly to: string;
  readonly host: string;
  readonly port: number;
  readonly kept: boolean;
}

const podNames: Readonly<Record<Workload['namedBy'], (name: string) => string>> = {
  Deployment: name => `${name}-6d8f7b9c54-x7k2p`,
  StatefulSet: name => `${name}-0`,
  CronJob: name => `${name}-29381760-q5v8z`,
  annotation: name => `${name.slice(0, 5)}-canary-5b7c4d8f96-t9w3m`,
};

const podPort = 8080;

/** Gives every workload of a plan an address, always the same. */
export function layOut({ namespace, workloads }: Plan): Layout {
  return {
    namespace,
    nodeIp: '10.244.0.1',
    dns: {
      podName: 'coredns-7c65d6cfc9-h4j6n',
      podIp: '10.244.0.2',
      podPort: 53,
      service: { name: 'kube-dns', clusterIp: '10.96.0.10', port: 53, protocol: 'UDP' },
    },
    pods: workloads.map((workload, index) => ({
      workload,
      podName: podNames[workload.namedBy](workload.name),
      podIp: `10.244.0.${String(10 + index)}`,
      podPort,
      service: {
        name: workload.name,
        clusterIp: `10.96.0.${String(100 + index)}`,
        port: workload.port,
        protocol: 'TCP',
      },
    })),
  };
}

/** The pod of a workload; throws when the plan has no such workload. */
function podOf({ pods }: Layout, name: string): PlacedWorkload {
  const pod = pods.find(({ workload }) => workload.name === name);
  if (pod === undefined)
    throw new Error(`the plan calls ${name}, but has no such workload: add it, or take the call out`);
  return pod;
}

const hosts: Readonly<Record<Call['by'], (pod: PlacedWorkload, namespace: string) => string>> = {
  name: ({ service }) => service.name,
  'name.namespace': ({ service }, namespace) => `${service.name}.${namespace}`,
  'cluster-ip': ({ service }) => service.clusterIp,
  'pod-ip': ({ podIp }) => podIp,
};

export function targetOf(layout: Layout, { to, by, connection }: Call): Target {
  const pod = podOf(layout, to);
  const port = by === 'pod-ip' ? pod.podPort : pod.service.port;
  return { to, host: hosts[by](pod, layout.namespace), port, kept: connection === 'kept' };
}

/** What the DNS server of the cluster knows: full names, without the last dot, and their addresses. */
export function zoneOf({ namespace, dns, pods }: Layout): Readonly<Record<string, string>> {
  const services = pods.map(({ service }) => [`${service.name}.${namespace}.svc.cluster.local`, service.clusterIp]);
  return Object.fromEntries([['kube-dns.kube-system.svc.cluster.local', dns.service.clusterIp], ...services]) as Record<
    string,
    string
  >;
}
