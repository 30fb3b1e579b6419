import { form, option, type Option } from '@network-mapper/runtime';
import { eventKindNames, isEventKind } from './publish/events/event-kinds.ts';
import { otlpProtocols, type OtlpProtocol } from './publish/open-telemetry/otlp-protocol.ts';
import { isNetwork } from './publish/published-addresses.ts';
import { authModes, type AuthMode } from './auth/access.ts';

/** A duration of something that happens again and again: more often than a hundred times a second is a mistake. */
const interval: Option<number>['form'] = {
  ...form.duration,
  read: text => {
    const result = form.duration.read(text);
    return 'value' in result && result.value < 10 ? { problem: 'shorter than 10ms.' } : result;
  },
};

/** Networks in CIDR notation, separated by white space. */
const networks: Option<readonly string[]>['form'] = {
  ...form.list,
  form: 'networks',
  read: text => {
    const result = form.list.read(text);
    const wrong = 'value' in result ? result.value.find(network => !isNetwork(network)) : undefined;
    return wrong === undefined
      ? result
      : { problem: `${JSON.stringify(wrong.slice(0, 50))} is no network such as 10.20.0.0/16.` };
  },
};

/** Set to whatever it likes but a negation (consoledonottrack.com). */
const negation: Option<boolean>['form'] = {
  ...form.boolean,
  form: 'anything',
  read: text => ({ value: !['0', 'false', 'no', 'off'].includes(text.toLowerCase()) }),
  schema: { type: ['boolean', 'string', 'integer'] },
};

/** Kinds of changes, separated by white space. */
const eventKinds: Option<readonly string[]>['form'] = {
  ...form.list,
  form: 'kinds',
  schema: { type: 'array', items: { enum: eventKindNames } },
  read: text => {
    const result = form.list.read(text);
    const wrong = 'value' in result ? result.value.find(kind => !isEventKind(kind)) : undefined;
    return wrong === undefined
      ? result
      : { problem: `${JSON.stringify(wrong.slice(0, 50))} is none of ${eventKindNames.join(', ')}.` };
  },
};

/** Options of the mapper. Those of the original keep their names, forms and defaults. */
export const mapperOptions = {
  debug: option({ env: 'OTTERIZE_DEBUG', form: form.boolean, fallback: false, about: 'Debug logs.' }),
  apiPort: option({ env: 'OTTERIZE_API_PORT', form: form.port, fallback: 9090, about: 'Port of the API.', ours: true }),
  metricsPort: option({
    env: 'OTTERIZE_METRICS_PORT',
    form: form.port,
    fallback: 2112,
    about: 'Port of the metrics endpoint.',
  }),
  clusterDomain: option({
    env: 'OTTERIZE_CLUSTER_DOMAIN',
    form: form.text,
    fallback: '',
    about: 'DNS suffix of names in the cluster. Found in /etc/resolv.conf when not set, else `cluster.local`.',
  }),
  enableDns: option({
    env: 'OTTERIZE_ENABLE_DNS',
    form: form.boolean,
    fallback: true,
    about: 'Take reports of DNS answers.',
  }),
  enableTcp: option({
    env: 'OTTERIZE_ENABLE_TCP',
    form: form.boolean,
    fallback: true,
    about: 'Take reports of new TCP connections.',
  }),
  enableSocketScanner: option({
    env: 'OTTERIZE_ENABLE_SOCKET_SCANNER',
    form: form.boolean,
    fallback: true,
    about: 'Take reports of open sockets.',
  }),
  excludeNamespaces: option({
    env: 'OTTERIZE_EXCLUDE_NAMESPACES',
    form: form.list,
    fallback: [],
    about: 'Namespaces whose traffic is left out.',
  }),
  captureOutside: option({
    env: 'OTTERIZE_CAPTURE_EXTERNAL_TRAFFIC_ENABLED',
    form: form.boolean,
    fallback: true,
    about: 'Keep traffic to names outside the cluster and from addresses outside.',
  }),
  trustAfter: option({
    env: 'OTTERIZE_TIME_SERVER_HAS_TO_LIVE_BEFORE_WE_TRUST_IT',
    form: form.duration,
    fallback: 0,
    about:
      'How long a server must have lived before its address is believed. Addresses are believed for the time that a pod held them, so no wait is needed.',
  }),
  apiServerPrefixLength: option({
    env: 'OTTERIZE_CONTROL_PLANE_IPV4_CIDR_PREFIX_LENGTH',
    form: form.integer({ min: 0, max: 32 }),
    fallback: 32,
    about: 'Addresses that share so many leading bits with an endpoint of the API server count as its own (28 on GKE).',
  }),
  overrideAnnotation: option({
    env: 'OTTERIZE_WORKLOAD_NAME_OVERRIDE_ANNOTATION',
    form: form.text,
    fallback: 'intents.otterize.com/workload-name',
    about: 'The annotation of a pod that names its workload.',
  }),
  jobsByImage: option({
    env: 'OTTERIZE_USE_IMAGE_NAME_FOR_SERVICE_ID_FOR_JOBS',
    form: form.boolean,
    fallback: false,
    about: 'Name Jobs by their images.',
  }),
  dnsCacheCapacity: option({
    env: 'OTTERIZE_DNS_CACHE_ITEMS_MAX_CAPACITY',
    form: form.integer({ min: 1, max: 100_000_000 }),
    fallback: 100_000,
    about: 'Addresses of names outside that are remembered.',
  }),
  publishClientIntents: option({
    env: 'OTTERIZE_DNS_CLIENT_INTENTS_UPDATE_ENABLED',
    form: form.boolean,
    fallback: true,
    about:
      'Write the addresses of the domains that ClientIntents name into their status, where that kind is installed; it is looked for all the time.',
  }),
  clientIntentsInterval: option({
    env: 'OTTERIZE_DNS_CLIENT_INTENTS_UPDATE_INTERVAL',
    form: interval,
    fallback: 100,
    about: 'How often what is new for ClientIntents is written; where nothing is new, nothing is done.',
  }),
  publishedRanges: option({
    env: 'OTTERIZE_PUBLISHED_ADDRESS_RANGES',
    form: networks,
    fallback: [],
    about:
      'Networks, such as `10.20.0.0/16`, whose addresses are written into ClientIntents too; beside them only public addresses are.',
    ours: true,
  }),
  uploadInterval: option({
    env: 'OTTERIZE_UPLOAD_INTERVAL_SECONDS',
    form: form.integer({ min: 1, max: 86_400 }),
    fallback: 60,
    about: 'Seconds between two readings of what is new, for the cloud and for OpenTelemetry.',
  }),
  clientId: option({
    env: 'OTTERIZE_CLIENT_ID',
    form: form.text,
    fallback: '',
    about: 'Name to log in to the cloud with: with it, the secret and an address the map is uploaded.',
  }),
  clientSecret: option({
    env: 'OTTERIZE_CLIENT_SECRET',
    form: form.text,
    fallback: '',
    about: 'Secret to log in to the cloud with.',
  }),
  apiAddress: option({
    env: 'OTTERIZE_API_ADDRESS',
    form: form.httpUrl,
    fallback: '',
    about:
      'Address of the cloud, such as `https://cloud.example.com/api`; usage telemetry goes there too. The original’s own is gone, so there is no default: without one nothing is sent.',
  }),
  apiExtraCas: option({
    env: 'OTTERIZE_API_EXTRA_CA_PEM',
    form: form.list,
    fallback: [],
    about: 'Files of certificates in PEM, by which servers outside are trusted beside those of the system.',
  }),
  cloudTimeout: option({
    env: 'OTTERIZE_CLOUD_CLIENT_TIMEOUT',
    form: interval,
    fallback: 30_000,
    about: 'Longest time of a request to the cloud.',
  }),
  uploadBatch: option({
    env: 'OTTERIZE_UPLOAD_BATCH_SIZE',
    form: form.integer({ min: 1, max: 100_000 }),
    fallback: 500,
    about: 'Edges in one request to the cloud.',
  }),
  servicesTtl: option({
    env: 'OTTERIZE_SERVICE_CACHE_TTL_DURATION',
    form: form.duration,
    fallback: 60_000,
    about: 'How long the Services of a namespace that are as the cloud knows them are not told it again.',
  }),
  telemetryEnabled: option({
    env: 'OTTERIZE_TELEMETRY_ENABLED',
    flag: { name: 'telemetry-enabled' },
    form: form.boolean,
    fallback: true,
    about: 'Tell OTTERIZE_API_ADDRESS, where that is set, how much the mapper is used: docs/telemetry.md.',
  }),
  telemetryUsage: option({
    env: 'OTTERIZE_TELEMETRY_USAGE_ENABLED',
    flag: { name: 'telemetry-usage-enabled' },
    form: form.boolean,
    fallback: true,
    about: 'The same: both must be true.',
  }),
  telemetryErrors: option({
    env: 'OTTERIZE_TELEMETRY_ERRORS_ENABLED',
    flag: { name: 'telemetry-errors-enabled' },
    form: form.boolean,
    fallback: true,
    about:
      'Report errors to OTTERIZE_TELEMETRY_ERRORS_ADDRESS, where that is set and OTTERIZE_TELEMETRY_ENABLED is true.',
  }),
  errorsAddress: option({
    env: 'OTTERIZE_TELEMETRY_ERRORS_ADDRESS',
    form: form.httpUrl,
    fallback: '',
    about: 'Where errors are reported to; nowhere unless set.',
  }),
  doNotTrack: option({
    env: 'DO_NOT_TRACK',
    form: negation,
    fallback: false,
    about: 'Sends neither usage nor errors, whatever else is set.',
    ours: true,
  }),
  eventsUrl: option({
    env: 'OTTERIZE_EVENTS_URL',
    form: form.httpUrl,
    fallback: '',
    about: 'Where changes of the map are posted as CloudEvents (docs/events.md); nowhere unless set.',
    ours: true,
  }),
  eventsSecret: option({
    env: 'OTTERIZE_EVENTS_SECRET',
    form: form.text,
    fallback: '',
    about: 'Secret by which those posts are signed; they are not without one.',
    ours: true,
  }),
  eventsNamespaces: option({
    env: 'OTTERIZE_EVENTS_NAMESPACES',
    form: form.list,
    fallback: [],
    about: 'Namespaces whose changes are posted, of the client or of the server; all unless set.',
    ours: true,
  }),
  eventsKinds: option({
    env: 'OTTERIZE_EVENTS_KINDS',
    form: eventKinds,
    fallback: [],
    about: `Kinds of changes that are posted: some of ${eventKindNames.map(name => `\`${name}\``).join(', ')}; all unless set.`,
    ours: true,
  }),
  eventsInterval: option({
    env: 'OTTERIZE_EVENTS_INTERVAL',
    form: interval,
    fallback: 5_000,
    about: 'Time between two looks for changes to post.',
    ours: true,
  }),
  edgeMetrics: option({
    env: 'OTTERIZE_EDGE_METRICS',
    form: form.boolean,
    fallback: false,
    about:
      'A time series for each pair of workloads at the metrics endpoint, in the form of Grafana’s and Tempo’s service graphs. Whoever may read the metrics then sees the map.',
    ours: true,
  }),
  edgeSeries: option({
    env: 'OTTERIZE_EDGE_METRICS_MAX_SERIES',
    form: form.integer({ min: 0, max: 1_000_000 }),
    fallback: 10_000,
    about: 'Time series of pairs at most; all further pairs are one series together, `__overflow__`.',
    ours: true,
  }),
  foldNames: option({
    env: 'OTTERIZE_EDGE_METRICS_FOLD_NAMES',
    form: form.boolean,
    fallback: false,
    about:
      'In those time series names outside the cluster are the domains that people register: `a.b.example.co.uk` is `example.co.uk`.',
    ours: true,
  }),
  exportOpenTelemetry: option({
    env: 'OTTERIZE_ENABLE_OTEL_EXPORT',
    form: form.boolean,
    fallback: false,
    about:
      'Count the calls of each pair of workloads for OpenTelemetry, and send that by OTLP to where `OTEL_EXPORTER_OTLP_ENDPOINT` and the other standard variables say.',
  }),
  openTelemetryMetric: option({
    env: 'OTTERIZE_OTEL_METRIC_NAME',
    form: form.text,
    fallback: 'traces_service_graph_request_total',
    about: 'Name of that counter.',
  }),
  openTelemetryProtocol: option<OtlpProtocol>({
    env: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    form: form.oneOf(otlpProtocols),
    fallback: 'grpc',
    about: 'How that counter is sent.',
  }),
  openTelemetryInterval: option({
    env: 'OTEL_METRIC_EXPORT_INTERVAL',
    form: form.integer({ min: 100, max: 86_400_000 }),
    fallback: 60_000,
    about: 'Milliseconds between two deliveries of that counter.',
  }),
  requireHostname: option({
    env: 'OTTERIZE_REQUIRE_HOSTNAME',
    form: form.boolean,
    fallback: false,
    about:
      'Refuse clients of which the agent could not read the hostname: for networks that use addresses again within seconds, as on AWS.',
    ours: true,
  }),
  showOwnTraffic: option({
    env: 'OTTERIZE_SHOW_OWN_TRAFFIC',
    form: form.boolean,
    fallback: false,
    about: 'Show the traffic among the parts of the network mapper, such as the reports of its sniffers.',
    ours: true,
  }),
  mapRetention: option({
    env: 'OTTERIZE_MAP_RETENTION',
    form: form.duration,
    fallback: 35 * 24 * 3_600_000,
    about:
      'Edges that were not seen for so long leave the map; 0 keeps them. The default is longer than a month, so that what runs monthly stays.',
    ours: true,
  }),
  mapMemory: option({
    env: 'OTTERIZE_MAP_MEMORY',
    form: form.integer({ min: 0, max: 1_048_576 }),
    fallback: 0,
    about:
      'MiB that all edges together may take; then the workloads with the most edges lose their oldest. 0 is what a small half of the heap has room for.',
    ours: true,
  }),
  apiAuth: option<AuthMode>({
    env: 'OTTERIZE_API_AUTH',
    form: form.oneOf(authModes),
    fallback: 'permissive',
    about:
      'Who may ask and report: `none` looks at nobody, `permissive` counts whom `required` would refuse, `required` refuses whoever has no right (docs/security.md).',
    ours: true,
  }),
  apiAgents: option({
    env: 'OTTERIZE_API_AGENTS',
    form: form.list,
    fallback: [],
    about:
      'ServiceAccounts that may report, as `namespace/name`. When not set, those of the chart in the namespace of the mapper.',
    ours: true,
  }),
  corsOrigins: option({
    env: 'OTTERIZE_CORS_ORIGINS',
    form: form.list,
    fallback: [],
    about: 'Origins whose web pages may ask the API; `*` is any.',
    ours: true,
  }),
  apiTlsPort: option({
    env: 'OTTERIZE_API_TLS_PORT',
    form: form.port,
    fallback: 9443,
    about: 'Port of the API over TLS, where a certificate is given. Plain HTTP is then for port-forwards alone.',
    ours: true,
  }),
  apiTlsCertFile: option({
    env: 'OTTERIZE_API_TLS_CERT_FILE',
    form: form.text,
    fallback: '',
    about: 'File with the certificate of the API and its chain, in PEM; read again when it changes.',
    ours: true,
  }),
  apiTlsKeyFile: option({
    env: 'OTTERIZE_API_TLS_KEY_FILE',
    form: form.text,
    fallback: '',
    about: 'File with the key of that certificate, in PEM.',
    ours: true,
  }),
  apiAllowedHosts: option({
    env: 'OTTERIZE_API_ALLOWED_HOSTS',
    form: form.list,
    fallback: [],
    about:
      'Names by which the API may be asked, beside addresses, `localhost` and names of the cluster; `*` is any. Needed behind an ingress.',
    ours: true,
  }),
  shutdownDelay: option({
    env: 'OTTERIZE_SHUTDOWN_DELAY',
    form: form.duration,
    fallback: 2_000,
    about: 'How long requests are still answered after SIGTERM, while the Service turns to another pod.',
    ours: true,
  }),
};
