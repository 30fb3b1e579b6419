import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { images } from './images.ts';

const { repository, image, tag } = images.mapper;

/** A workload that answers, and calls others. */
export interface Workload {
  readonly name: string;
  readonly kind?: 'Deployment' | 'StatefulSet' | 'Job';
  /** Of the Service in front of it, if there is one; the pods listen on 8080. */
  readonly servicePort?: number;
  readonly headless?: boolean;
  /** `host:port` each. */
  readonly calls?: readonly string[];
  /** Keeps its connections. */
  readonly keepAlive?: boolean;
  /** The node that it must run on. */
  readonly node?: string;
  readonly hostNetwork?: boolean;
  readonly asRoot?: boolean;
  /** Seconds. */
  readonly lifetime?: number;
}

const podPort = 8080;
/** A port of the node itself, which nothing else uses. */
const hostPort = 18_080;

/** Namespace, program, workloads and Services, as objects for the API server. */
export async function workloadObjects(namespace: string, workloads: readonly Workload[]): Promise<readonly object[]> {
  const program = await readFile(join(import.meta.dirname, 'workload-server.mjs'), 'utf8');
  const metadata = (name: string) => ({ name, namespace });
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('program'), data: { 'server.mjs': program } },
    // Services first: a name that is looked up too early is remembered by the DNS server as one that is not there.
    ...workloads.flatMap(workload =>
      workload.servicePort === undefined ? [] : [serviceOf(workload, metadata(workload.name))],
    ),
    ...workloads.map(workload => controllerOf(workload, metadata(workload.name))),
  ];
}

interface Metadata {
  readonly name: string;
  readonly namespace: string;
}

function serviceOf({ name, servicePort, headless }: Workload, metadata: Metadata): object {
  const ports = [{ port: servicePort, targetPort: podPort }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector: { app: name }, ports, ...(headless && { clusterIP: 'None' }) },
  };
}

function controllerOf(workload: Workload, metadata: Metadata): object {
  const { name, kind = 'Deployment' } = workload;
  const labels = { app: name };
  const template = { metadata: { labels }, spec: podSpec(workload) };
  if (kind === 'Job') return { apiVersion: 'batch/v1', kind, metadata, spec: { template, backoffLimit: 0 } };
  const spec = { selector: { matchLabels: labels }, template, ...(kind === 'StatefulSet' && { serviceName: name }) };
  return { apiVersion: 'apps/v1', kind, metadata, spec };
}

function podSpec(workload: Workload): object {
  const { kind, calls = [], keepAlive = false, node, hostNetwork = false, asRoot = false, lifetime } = workload;
  const env = {
    PORT: String(hostNetwork ? hostPort : podPort),
    CALLS: calls.join(' '),
    KEEP_ALIVE: String(keepAlive),
    ...(lifetime !== undefined && { LIFETIME_SECONDS: String(lifetime) }),
  };
  return {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 2,
    ...(kind === 'Job' && { restartPolicy: 'Never' }),
    ...(node !== undefined && { nodeSelector: { 'kubernetes.io/hostname': node } }),
    ...(hostNetwork && { hostNetwork, dnsPolicy: 'ClusterFirstWithHostNet' }),
    securityContext: {
      runAsNonRoot: !asRoot,
      runAsUser: asRoot ? 0 : 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'server',
        image: `${repository}/${image}:${tag}`,
        command: ['/usr/bin/node'],
        imagePullPolicy: 'IfNotPresent',
        args: ['/program/server.mjs'],
        env: Object.entries(env).map(([variable, value]) => ({ name: variable, value })),
        volumeMounts: [{ name: 'program', mountPath: '/program' }],
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      },
    ],
    volumes: [{ name: 'program', configMap: { name: 'program' } }],
  };
}
