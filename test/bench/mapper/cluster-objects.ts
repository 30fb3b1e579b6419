import type { KubernetesObject, OwnerReference } from '@network-mapper/testkit';

const labels = (app: string): Record<string, string> => ({
  app,
  'app.kubernetes.io/name': app,
  'app.kubernetes.io/instance': app,
  'app.kubernetes.io/part-of': 'bench',
  'app.kubernetes.io/managed-by': 'helm',
  'pod-template-hash': 'abcdef1234',
  tier: 'gold',
});

/**
 * A cluster with so many pods. Each ten are a Deployment with a ReplicaSet and a Service; fifty namespaces. Pods come
 * with their status.
 */
export function* clusterObjects(pods: number): Generator<KubernetesObject> {
  for (let workload = 0; workload * 10 < pods; workload++) {
    const namespace = `ns-${workload % 50}`;
    const app = `app-${workload}`;
    const controller = (kind: string, name: string): OwnerReference[] => [
      { apiVersion: 'apps/v1', kind, name, uid: `${kind}-${name}`, controller: true },
    ];
    yield { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: app, namespace }, spec: template(app) };
    yield {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: `${app}-1`, namespace, ownerReferences: controller('Deployment', app) },
      spec: template(app),
    };
    yield {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: app, namespace },
      spec: {
        type: 'ClusterIP',
        clusterIP: serviceIp(workload),
        clusterIPs: [serviceIp(workload)],
        ports: [{ port: 80, protocol: 'TCP' }],
      },
    };
    const endpoints: object[] = [];
    for (let index = workload * 10; index < Math.min(pods, workload * 10 + 10); index++) {
      const name = `${app}-1-${index}`;
      endpoints.push({
        addresses: [podIp(index)],
        conditions: { ready: true },
        targetRef: { kind: 'Pod', name, namespace },
      });
      yield largePod(
        {
          name,
          namespace,
          uid: `pod-${index}`,
          labels: labels(app),
          ownerReferences: controller('ReplicaSet', `${app}-1`),
        },
        podIp(index),
      );
    }
    yield {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${app}-x`, namespace, labels: { 'kubernetes.io/service-name': app } },
      addressType: 'IPv4',
      endpoints,
      ports: [{ port: 80, protocol: 'TCP' }],
    } as KubernetesObject;
  }
}

/** What a Deployment or ReplicaSet must have to be accepted. */
function template(app: string): object {
  const matchLabels = { app };
  return {
    replicas: 0,
    selector: { matchLabels },
    template: {
      metadata: { labels: matchLabels },
      spec: { containers: [{ name: 'main', image: 'registry.example/team/app:1.2.3' }] },
    },
  };
}

function podIp(index: number): string {
  return `10.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

function serviceIp(index: number): string {
  return `10.96.${1 + (index >> 8)}.${index & 255}`;
}

/**
 * A pod as the API server really keeps it, about 10 KB: environment, volumes, conditions and the fields of four
 * managers.
 */
function largePod(metadata: KubernetesObject['metadata'], ip: string): KubernetesObject {
  const since = '2026-01-01T00:00:00Z';
  const env = Array.from({ length: 40 }, (_, index) => ({
    name: `SETTING_${index}`,
    value: `value-of-setting-${index}-in-this-environment`,
  }));
  const volumes = Array.from({ length: 8 }, (_, index) => ({
    name: `volume-${index}`,
    configMap: { name: `config-${index}`, defaultMode: 420 },
  }));
  const fields = Object.fromEntries(
    env.map(({ name }) => [`k:{"name":"${name}"}`, { '.': {}, 'f:name': {}, 'f:value': {} }]),
  );
  const managed = (manager: string, fieldsV1: object): object => ({
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time: since,
    fieldsType: 'FieldsV1',
    fieldsV1,
  });
  const managedFields = [
    managed('kube-controller-manager', {
      'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
      'f:spec': { 'f:containers': { 'k:{"name":"main"}': { 'f:env': fields } } },
    }),
    managed('kubelet', { 'f:status': { 'f:conditions': fields } }),
  ];
  const conditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
    type => ({
      type,
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: since,
    }),
  );
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, creationTimestamp: since, managedFields },
    spec: {
      nodeName: 'node-1',
      volumes,
      containers: [
        {
          name: 'main',
          image: 'registry.example/team/app:1.2.3',
          env,
          volumeMounts: volumes.map(({ name }) => ({ name, mountPath: `/etc/${name}`, readOnly: true })),
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
          livenessProbe: { httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' }, periodSeconds: 10 },
        },
      ],
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
    },
    status: {
      phase: 'Running',
      conditions,
      startTime: since,
      podIP: ip,
      podIPs: [{ ip }],
      containerStatuses: [
        {
          name: 'main',
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: since } },
          image: 'registry.example/team/app:1.2.3',
        },
      ],
    },
  };
}
