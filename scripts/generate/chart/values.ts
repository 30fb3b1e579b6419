import { chartedPrograms, optionValues } from './option-values.ts';
import { boolean, integer, list, map, port, text, texts, type UnusedValue, type Value } from './value.ts';

const oneNameOrMore = { type: ['string', 'array'], items: { type: 'string' } };
const pullPolicy = { enum: ['Always', 'IfNotPresent', 'Never'] };
const digest = { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' };
const hash = `sha256:${'0'.repeat(64)}`;
const otherAffinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] }] }],
    },
  },
};
const anEnvironment = [{ name: 'SAMPLE', value: 'sample' }];
const noPrivileges = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

interface Workload {
  readonly at: string;
  readonly image: string;
  readonly repository: string;
  readonly tag?: string;
  readonly pod: unknown;
  readonly container: unknown;
  readonly resources: unknown;
  readonly tolerations: readonly unknown[];
  readonly needs?: string;
}

/** Values that every workload has. */
function workload({ at, needs, ...of }: Workload): readonly Value[] {
  const rows: readonly Omit<Value, 'needs'>[] = [
    {
      path: 'repository',
      schema: text,
      fallback: of.repository,
      about: 'Where the image is, without its name.',
      sample: 'registry.example.com/a',
    },
    { path: 'image', schema: text, fallback: of.image, about: 'Name of the image.', sample: 'another' },
    {
      path: 'tag',
      schema: text,
      fallback: of.tag,
      about:
        of.tag === undefined ? 'Tag of the image; the version of the chart’s app unless given.' : 'Tag of the image.',
      sample: '9.9.9',
    },
    {
      path: 'digest',
      schema: digest,
      about: 'Digest of the image, which then counts instead of the tag.',
      sample: hash,
    },
    { path: 'pullPolicy', schema: pullPolicy, about: 'When the image is pulled.', sample: 'Always' },
    {
      path: 'pullSecrets',
      schema: oneNameOrMore,
      about: 'Name of the Secret to pull with, or a list of names.',
      sample: ['one', 'two'],
    },
    { path: 'priorityClassName', schema: text, about: 'Priority class of the pods.', sample: 'system-node-critical' },
    {
      path: 'podSecurityContext',
      schema: map,
      fallback: of.pod,
      about: 'Security context of the pods.',
      sample: { supplementalGroups: [7] },
    },
    {
      path: 'containerSecurityContext',
      schema: map,
      fallback: of.container,
      about: 'Security context of the container.',
      sample: { privileged: true, allowPrivilegeEscalation: true },
    },
    {
      path: 'resources',
      schema: map,
      fallback: of.resources,
      about: 'Requests and limits; Node’s heap is sized to the limit of memory.',
      sample: { limits: { memory: '1Gi' } },
    },
    { path: 'affinity', schema: map, fallback: {}, about: 'Affinity of the pods.', sample: otherAffinity },
    { path: 'nodeSelector', schema: map, fallback: {}, about: 'Labels of nodes to run on.', sample: { disk: 'ssd' } },
    {
      path: 'tolerations',
      schema: list,
      fallback: of.tolerations,
      about: 'Taints to run in spite of.',
      sample: [{ key: 'sample', operator: 'Exists' }],
    },
    {
      path: 'extraEnvVars',
      schema: list,
      fallback: [],
      about: 'More environment variables, as in a container; they go before what the chart sets.',
      sample: anEnvironment,
    },
  ];
  return rows.map(row => ({ ...row, path: `${at}.${row.path}`, ...(needs === undefined ? {} : { needs }) }));
}

const nonRoot = {
  runAsNonRoot: true,
  runAsUser: 65532,
  runAsGroup: 65532,
  fsGroup: 65532,
  seccompProfile: { type: 'RuntimeDefault' },
};

const mapper: readonly Value[] = [
  ...workload({
    at: 'mapper',
    repository: 'ghcr.io/network-mapper',
    image: 'network-mapper',
    pod: nonRoot,
    container: noPrivileges,
    resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    tolerations: [],
  }),
  {
    path: 'mapper.auth.mode',
    schema: { enum: ['', 'none', 'permissive', 'required'] },
    fallback: '',
    about:
      'Who may ask and report (`OTTERIZE_API_AUTH`). Empty is `required` for a new release; in an upgrade it stays `required` where it is, and is `permissive` otherwise.',
    sample: 'none',
  },
  {
    path: 'mapper.tls.secretName',
    schema: text,
    about:
      'Name of a Secret of type `kubernetes.io/tls` with the certificate of the mapper: the API speaks TLS then, on port 9443, and plain HTTP to port-forwards alone.',
    sample: 'mapper-tls',
  },
  {
    path: 'mapper.tls.caKey',
    schema: text,
    fallback: 'ca.crt',
    about: 'Key of that Secret with the certificates by which agents know the mapper.',
    sample: 'ca.pem',
    needs: 'mapper.tls.secretName=mapper-tls',
  },
  {
    path: 'mapper.ownerKinds',
    schema: { type: 'array', items: { type: 'object', required: ['apiGroup', 'resources'] } },
    fallback: [],
    about:
      'Kinds beside those of Kubernetes that own pods, which the mapper may then get: e.g. `{apiGroup: argoproj.io, resources: [rollouts]}`.',
    sample: [{ apiGroup: 'argoproj.io', resources: ['rollouts'] }],
  },
  {
    path: 'mapper.podDisruptionBudget.enabled',
    schema: boolean,
    fallback: false,
    about: 'A PodDisruptionBudget for the mapper.',
  },
  {
    path: 'mapper.podDisruptionBudget.maxUnavailable',
    schema: integer({ minimum: 0, maximum: 1 }),
    fallback: 1,
    about: 'With 0 a node with the mapper is not drained before somebody moves the mapper.',
    sample: 0,
    needs: 'mapper.podDisruptionBudget.enabled=true',
  },
  {
    path: 'mapper.topologySpreadConstraints',
    schema: list,
    fallback: [],
    about: 'How the pods spread over the cluster.',
    sample: [{ maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' }],
  },
];

const sniffer: readonly Value[] = [
  { path: 'sniffer.enable', schema: boolean, fallback: true, about: 'A sniffer on every node.' },
  ...workload({
    at: 'sniffer',
    repository: 'ghcr.io/network-mapper',
    image: 'network-mapper-sniffer',
    pod: { runAsNonRoot: false, seccompProfile: { type: 'RuntimeDefault' } },
    container: {
      privileged: false,
      ...noPrivileges,
      runAsUser: 0,
      capabilities: { drop: ['ALL'], add: ['NET_RAW', 'SYS_PTRACE'] },
    },
    resources: { requests: { cpu: '20m', memory: '96Mi' }, limits: { memory: '256Mi' } },
    tolerations: [{ operator: 'Exists' }],
  }),
  {
    path: 'sniffer.maxUnavailable',
    schema: { type: ['integer', 'string'] },
    fallback: '10%',
    about: 'How many nodes may be without their sniffer while it is updated.',
    sample: 2,
  },
];

const kafka = 'kafkawatcher.enable=true';
const kafkaTls = 'kafkawatcher.enable=true,kafkawatcher.tls.enabled=true,kafkawatcher.tls.secretName=kafka-tls';
const kafkaSasl = 'kafkawatcher.enable=true,kafkawatcher.sasl.mechanism=PLAIN,kafkawatcher.sasl.secretName=kafka-user';
const watcherImage = {
  repository: 'ghcr.io/network-mapper',
  image: 'network-mapper',
  pod: nonRoot,
  container: noPrivileges,
  tolerations: [],
};
const kafkaWatcher: readonly Value[] = [
  {
    path: 'kafkawatcher.enable',
    schema: boolean,
    fallback: false,
    about: 'A Kafka watcher: who reads and writes which topic.',
  },
  ...workload({
    ...watcherImage,
    at: 'kafkawatcher',
    resources: { requests: { cpu: '20m', memory: '96Mi' }, limits: { memory: '256Mi' } },
    needs: kafka,
  }),
  ...[
    { name: 'tls.secretName', about: 'Name of a Secret of yours with certificates for brokers.', needs: kafka },
    {
      name: 'tls.caKey',
      fallback: 'ca.crt',
      about: 'Key of that Secret with the certificates by which brokers are known.',
    },
    { name: 'tls.certKey', about: 'Its key with the certificate to show brokers, where they ask for one.' },
    { name: 'tls.keyKey', about: 'Its key with the key of that certificate.' },
  ].map(({ name, needs = kafkaTls, ...value }) => ({
    ...value,
    path: `kafkawatcher.${name}`,
    schema: text,
    sample: 'sample',
    needs: name === 'tls.secretName' ? 'kafkawatcher.enable=true,kafkawatcher.tls.enabled=true' : needs,
  })),
  ...[
    { name: 'sasl.secretName', about: 'Name of a Secret of yours to log in to brokers with.' },
    { name: 'sasl.usernameKey', fallback: 'username', about: 'Key of that Secret with the name.' },
    { name: 'sasl.passwordKey', fallback: 'password', about: 'Its key with the password.' },
  ].map(({ name, ...value }) => ({
    ...value,
    path: `kafkawatcher.${name}`,
    schema: text,
    sample: 'sample',
    needs: name === 'sasl.secretName' ? 'kafkawatcher.enable=true,kafkawatcher.sasl.mechanism=PLAIN' : kafkaSasl,
  })),
];

const istio = 'istiowatcher.enable=true';
const istioWatcher: readonly Value[] = [
  {
    path: 'istiowatcher.enable',
    schema: boolean,
    fallback: false,
    about: 'An Istio watcher: who calls which path, by what the proxies of a mesh count.',
  },
  {
    path: 'enableIstioCollection',
    schema: boolean,
    about: 'The original’s name of `istiowatcher.enable`: either of them starts the watcher.',
    sample: true,
  },
  ...workload({
    ...watcherImage,
    at: 'istiowatcher',
    resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    needs: istio,
  }),
  {
    path: 'istiowatcher.allowExec',
    schema: boolean,
    fallback: false,
    about:
      'Let the watcher run `pilot-agent` in proxies whose ports it cannot reach: that is the right to run commands in every pod.',
    needs: istio,
  },
];

const aws = 'aws.visibility.enabled=true';
const awsVisibility: readonly Value[] = [
  {
    path: 'aws.visibility.enabled',
    schema: boolean,
    fallback: false,
    about:
      'AWS visibility: calls to AWS of the pods with the label `network-mapper.otterize.com/aws-visibility: "true"`, by a proxy, a DNS server and a webhook.',
  },
  {
    path: 'aws.visibility.replicas',
    schema: integer({ minimum: 1, maximum: 10 }),
    fallback: 1,
    about: 'Pods of each of the three.',
    sample: 2,
    needs: aws,
  },
  {
    path: 'aws.visibility.failurePolicy',
    schema: { enum: ['Ignore', 'Fail'] },
    fallback: 'Ignore',
    about:
      'What becomes of a pod that has opted in while the webhook is away: `Ignore` starts it unseen, `Fail` refuses it.',
    sample: 'Fail',
    needs: aws,
  },
  ...workload({
    ...watcherImage,
    at: 'aws.visibility',
    resources: { requests: { cpu: '20m', memory: '96Mi' }, limits: { memory: '256Mi' } },
    needs: aws,
  }),
];

const monitored = 'metrics.serviceMonitor.enabled=true';
const policies = 'networkPolicies.enabled=true';
const openPolicies = 'networkPolicies.enabled=true';
const common: readonly Value[] = [
  {
    path: 'allowGetAllResources',
    schema: boolean,
    fallback: false,
    about:
      'Lets the mapper get every object in the cluster, Secrets too, as the original may. It is of use only for owners of pods that are kinds of their own: better name those in `mapper.ownerKinds`.',
  },
  {
    path: 'access.createRoles',
    schema: boolean,
    fallback: true,
    about:
      'ClusterRoles `network-mapper-view` and `network-mapper-admin`, which give those who have the roles `view` and `admin` the map of their namespaces.',
  },
  {
    path: 'networkPolicies.enabled',
    schema: boolean,
    fallback: false,
    about:
      'NetworkPolicies for the pods of this chart (those of the sniffer are in the node’s network, where none apply).',
  },
  {
    path: 'networkPolicies.clients',
    schema: list,
    fallback: [],
    about:
      'Who may reach the API of the mapper: peers as in `from` of a NetworkPolicy. Empty is anybody, as sniffers come with their nodes’ addresses. If set, name the nodes’ networks too.',
    sample: [{ ipBlock: { cidr: '10.0.0.0/8' } }],
    needs: openPolicies,
  },
  {
    path: 'networkPolicies.metricsClients',
    schema: list,
    fallback: [{ namespaceSelector: {} }],
    about: 'Who may reach the metrics: peers as in `from` of a NetworkPolicy.',
    sample: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
    needs: policies,
  },
  {
    path: 'networkPolicies.apiServerPorts',
    schema: { type: 'array', items: port },
    fallback: [443, 6443],
    about: 'Ports of the API server: of its Service and of its endpoints.',
    sample: [16443],
    needs: policies,
  },
  {
    path: 'networkPolicies.extraEgress',
    schema: list,
    fallback: [],
    about: 'More rules for what the mapper may reach, e.g. a collector of OpenTelemetry.',
    sample: [{ ports: [{ port: 4317 }] }],
    needs: policies,
  },
  {
    path: 'opentelemetry.endpoint',
    schema: text,
    about:
      'Address of the collector (`OTEL_EXPORTER_OTLP_ENDPOINT`), such as `http://collector.monitoring:4317`; the other standard variables are for `mapper.extraEnvVars`.',
    sample: 'http://collector.monitoring:4317',
  },
  {
    path: 'events.secretKeyRef.secretName',
    schema: text,
    about: 'Name of a Secret of your own with the secret by which posts of events are signed.',
    sample: 'mine',
    needs: 'events.secretKeyRef.secretKey=key',
  },
  {
    path: 'events.secretKeyRef.secretKey',
    schema: text,
    about: 'Its key with that secret.',
    sample: 'key',
    needs: 'events.secretKeyRef.secretName=mine',
  },
  {
    path: 'metrics.serviceMonitor.enabled',
    schema: boolean,
    fallback: false,
    about: 'ServiceMonitors of the Prometheus operator, with the Services that they need.',
  },
  {
    path: 'metrics.serviceMonitor.interval',
    schema: text,
    fallback: '30s',
    about: 'Time between two scrapes.',
    sample: '7s',
    needs: monitored,
  },
  {
    path: 'metrics.serviceMonitor.labels',
    schema: map,
    fallback: {},
    about: 'Labels by which Prometheus selects ServiceMonitors.',
    sample: { release: 'prometheus' },
    needs: monitored,
  },
  {
    path: 'metrics.alerts.enabled',
    schema: boolean,
    fallback: false,
    about: 'Alerts, as a PrometheusRule of the Prometheus operator.',
  },
  {
    path: 'metrics.alerts.labels',
    schema: map,
    fallback: {},
    about: 'Labels by which Prometheus selects rules.',
    sample: { release: 'prometheus' },
    needs: 'metrics.alerts.enabled=true',
  },
  {
    path: 'metrics.dashboard.enabled',
    schema: boolean,
    fallback: false,
    about: 'A Grafana dashboard, as a ConfigMap for Grafana’s sidecar.',
  },
  {
    path: 'metrics.dashboard.labels',
    schema: map,
    fallback: { grafana_dashboard: '1' },
    about: 'Labels by which the sidecar selects dashboards.',
    sample: { dashboards: 'yes' },
    needs: 'metrics.dashboard.enabled=true',
  },
];

const credentials = 'global.otterizeCloud.credentials';
const global: readonly Value[] = [
  {
    path: 'global.image.registry',
    schema: text,
    about: 'The registry of all images, instead of that of their repositories: for clusters without a way out.',
    sample: 'registry.example.com',
  },
  {
    path: 'global.image.pullSecrets',
    schema: texts,
    fallback: [],
    about: 'Names of Secrets to pull all images with.',
    sample: ['pull'],
  },
  { path: 'global.podLabels', schema: map, fallback: {}, about: 'Labels of all pods.', sample: { a: 'b' } },
  { path: 'global.podAnnotations', schema: map, fallback: {}, about: 'Annotations of all pods.', sample: { a: 'b' } },
  { path: 'global.commonLabels', schema: map, fallback: {}, about: 'Labels of all objects.', sample: { a: 'b' } },
  {
    path: 'global.commonAnnotations',
    schema: map,
    fallback: {},
    about: 'Annotations of all objects.',
    sample: { a: 'b' },
  },
  {
    path: 'global.openshift',
    schema: boolean,
    fallback: false,
    about: 'On OpenShift: no fixed user ids, and SecurityContextConstraints for the sniffer.',
  },
  {
    path: 'global.serviceNameOverrideAnnotationName',
    schema: text,
    about: 'Deprecated name of `global.workloadNameOverrideAnnotationName`, which it goes before.',
    sample: 'a/b',
  },
  {
    path: 'global.allowGetAllResources',
    schema: boolean,
    about: 'Goes before `allowGetAllResources`.',
    sample: true,
  },
  {
    path: 'global.otterizeCloud.apiAddress',
    schema: text,
    about:
      'Address of the cloud, to which the map is uploaded where there are credentials too; usage telemetry goes there as well (docs/telemetry.md). That of the original is gone, so there is no default.',
    sample: 'https://cloud.example.com/api',
  },
  { path: `${credentials}.clientId`, schema: text, about: 'Name to log in to the cloud with.', sample: 'client' },
  {
    path: `${credentials}.clientSecret`,
    schema: text,
    about: 'Secret to log in to the cloud with; better keep it in a Secret of your own.',
    sample: 'secret',
  },
  {
    path: `${credentials}.clientSecretKeyRef.secretName`,
    schema: text,
    about: 'Name of a Secret of your own with the credentials.',
    sample: 'mine',
    needs: `${credentials}.clientSecretKeyRef.secretKey=key`,
  },
  {
    path: `${credentials}.clientSecretKeyRef.secretKey`,
    schema: text,
    about: 'Its key with the secret.',
    sample: 'key',
    needs: `${credentials}.clientSecretKeyRef.secretName=mine`,
  },
  {
    path: `${credentials}.clientSecretKeyRef.clientIdKey`,
    schema: text,
    about: 'Its key with the name.',
    sample: 'id',
    needs: `${credentials}.clientSecretKeyRef.secretName=mine`,
  },
  {
    path: 'global.otterizeCloud.apiExtraCAPEMSecret',
    schema: text,
    about: 'Name of a Secret whose key `CA.pem` has certificates to trust the cloud by.',
    sample: 'ca',
  },
  {
    path: 'global.telemetry.enabled',
    schema: boolean,
    about: 'With false neither usage nor errors are sent (docs/telemetry.md). The program’s default is `true`.',
    sample: false,
  },
  {
    path: 'global.telemetry.usage.enabled',
    schema: boolean,
    about: 'With false usage is not sent. The program’s default is `true`.',
    sample: false,
  },
  {
    path: 'global.telemetry.errors.enabled',
    schema: boolean,
    about: 'With false errors are not sent. The program’s default is `true`.',
    sample: false,
  },
];

function withoutTwice(values: readonly Value[]): readonly Value[] {
  return [...new Map(values.map(value => [value.path, value])).values()];
}

/** All values that do something. */
export const values: readonly Value[] = withoutTwice([
  ...chartedPrograms.flatMap(optionValues),
  ...mapper,
  ...sniffer,
  ...kafkaWatcher,
  ...istioWatcher,
  ...awsVisibility,
  ...common,
  ...global,
]);

const unused = (why: string, paths: readonly string[]): readonly UnusedValue[] => paths.map(path => ({ path, why }));

/** Values of the original's chart that may be set and change nothing. */
export const unusedValues: readonly UnusedValue[] = [
  ...unused('There is no node agent: its images are not open source.', ['nodeagent', 'piidetector']),
  ...unused('The parts of AWS visibility have one image: see `aws.visibility`.', [
    'iamlive',
    'visibilitydns',
    'webhook',
  ]),
  ...unused('Nothing reads it, in the original either.', [
    'global.azure',
    'global.aws',
    'global.gcp',
    'global.telemetry.errors.stage',
    'global.telemetry.errors.networkMapperApiKey',
  ]),
];
