import { form, option } from '@network-mapper/runtime';
import { authModes, type AuthMode } from './auth/access.ts';
import { publishOptions } from './publish-options.ts';

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
  ...publishOptions,
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
