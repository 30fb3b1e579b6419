import type { KubernetesObject, ObjectMeta, OwnerReference } from './kubernetes-object.ts';

/** What every builder takes; the namespace is `default` unless given. */
export interface Named {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner?: KubernetesObject;
}

/** A reference from an owned object to the object that controls it. */
export function ownedBy({ apiVersion, kind, metadata }: KubernetesObject): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? uidOf(kind, metadata), controller: true };
}

function uidOf(kind: string, { name, namespace }: Pick<ObjectMeta, 'name' | 'namespace'>): string {
  return `${kind}-${namespace ?? ''}-${name}`.toLowerCase();
}

function metadataOf(kind: string, { name, namespace = 'default', labels, annotations, owner }: Named): ObjectMeta {
  return {
    name,
    namespace,
    uid: uidOf(kind, { name, namespace }),
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    ...(owner && { ownerReferences: [ownedBy(owner)] }),
  };
}

function builder({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }) {
  return (named: Named): KubernetesObject => ({ apiVersion, kind, metadata: metadataOf(kind, named), spec: {} });
}

export const deployment = builder({ apiVersion: 'apps/v1', kind: 'Deployment' });
export const replicaSet = builder({ apiVersion: 'apps/v1', kind: 'ReplicaSet' });
export const statefulSet = builder({ apiVersion: 'apps/v1', kind: 'StatefulSet' });
export const daemonSet = builder({ apiVersion: 'apps/v1', kind: 'DaemonSet' });
export const job = builder({ apiVersion: 'batch/v1', kind: 'Job' });
export const cronJob = builder({ apiVersion: 'batch/v1', kind: 'CronJob' });
export const rollout = builder({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' });

/** An object of any kind, for what has no builder. */
export function object({
  apiVersion,
  kind,
  ...named
}: Named & { readonly apiVersion: string; readonly kind: string }): KubernetesObject {
  return builder({ apiVersion, kind })(named);
}

interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
}

export interface PodSpec extends Named {
  readonly ip?: string;
  /** All addresses of a pod of two families; `[ip]` unless given. */
  readonly ips?: readonly string[];
  readonly node?: string;
  readonly hostIp?: string;
  readonly hostNetwork?: boolean;
  readonly ports?: readonly ContainerPort[];
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  /** ISO 8601, whole seconds. */
  readonly startedAt?: string;
  readonly deletedAt?: string;
}

export function pod({ ip, ips = ip === undefined ? [] : [ip], node = 'node-1', ...rest }: PodSpec): KubernetesObject {
  const { hostIp, hostNetwork, ports = [], phase = 'Running', startedAt = '2024-01-01T10:00:00Z', deletedAt } = rest;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadataOf('Pod', rest),
      creationTimestamp: startedAt,
      ...(deletedAt !== undefined && { deletionTimestamp: deletedAt }),
    },
    spec: {
      nodeName: node,
      ...(hostNetwork === true && { hostNetwork }),
      containers: [{ name: 'main', image: 'test', ports }],
    },
    status: {
      phase,
      startTime: startedAt,
      ...(hostIp !== undefined && { hostIP: hostIp, hostIPs: [{ ip: hostIp }] }),
      ...(ips.length > 0 && { podIP: ips[0], podIPs: ips.map(address => ({ ip: address })) }),
    },
  };
}

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
}

export interface ServiceSpec extends Named {
  /** `None` makes the service headless. */
  readonly clusterIp?: string;
  readonly clusterIps?: readonly string[];
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly ServicePort[];
  readonly type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
  readonly externalName?: string;
}

export function service({ clusterIp = 'None', clusterIps = [clusterIp], ...rest }: ServiceSpec): KubernetesObject {
  const { selector, ports = [], type = 'ClusterIP', externalName } = rest;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf('Service', rest),
    spec: {
      type,
      clusterIP: clusterIps[0],
      clusterIPs: clusterIps,
      ...(selector && { selector }),
      ...(externalName !== undefined && { externalName }),
      ports: ports.map(port => ({ protocol: 'TCP', targetPort: port.port, ...port })),
    },
    status: { loadBalancer: {} },
  };
}

/** Endpoints as people write them by hand for a service without a selector. */
export function endpoints({
  ips,
  ports,
  ...named
}: Named & { readonly ips: readonly string[]; readonly ports: readonly ServicePort[] }) {
  const subsets = [{ addresses: ips.map(ip => ({ ip })), ports: ports.map(port => ({ protocol: 'TCP', ...port })) }];
  return { apiVersion: 'v1', kind: 'Endpoints', metadata: metadataOf('Endpoints', named), subsets };
}

export function node({ name, ips }: { readonly name: string; readonly ips: readonly string[] }): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: uidOf('Node', { name }) },
    status: { addresses: ips.map(address => ({ type: 'InternalIP', address })) },
  };
}

/** What a Deployment makes: itself, its ReplicaSet, and a pod for each address, with the labels `app: <name>`. */
export function deployed({
  ips,
  ...named
}: Named & Pick<PodSpec, 'node' | 'ports' | 'startedAt'> & { readonly ips: readonly string[] }) {
  const { name, namespace = 'default' } = named;
  const labels = { app: name, ...named.labels };
  const root = deployment({ name, namespace });
  const set = replicaSet({ name: `${name}-7d4b9c6f5`, namespace, owner: root });
  const pods = ips.map((ip, index) =>
    pod({ ...named, ip, labels, owner: set, name: `${set.metadata.name}-${podSuffix(index)}` }),
  );
  return [root, set, ...pods];
}

/** Five characters as the names of pods end with, different for each number below 33 million. */
export function podSuffix(index: number): string {
  return index.toString(32).padStart(5, 'x');
}

/**
 * The object with so much in `managedFields` that its JSON has `bytes` bytes, if it had less: real pods have about
 * 10,000.
 */
export function ofSize(small: KubernetesObject, bytes: number): KubernetesObject {
  const filled = (filler: string): KubernetesObject => {
    const managed = { manager: 'kubelet', operation: 'Update', fieldsType: 'FieldsV1', fieldsV1: { filler } };
    return { ...small, metadata: { ...small.metadata, managedFields: [managed] } };
  };
  const missing = bytes - Buffer.byteLength(JSON.stringify(filled('')));
  return missing < 0 ? small : filled('f:terminationMessagePolicy '.repeat(missing / 27 + 1).slice(0, missing));
}
