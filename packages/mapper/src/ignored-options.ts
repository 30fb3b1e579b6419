import { form } from '@network-mapper/runtime';

/** An option of the original that may be set, and does nothing here. */
export interface IgnoredOption {
  readonly env: string;
  /** What it is in the original when it is not set. */
  readonly fallback: string;
  /** What it does in the original. */
  readonly about: string;
  readonly why: Reason;
}

/** Why an option does nothing. */
type Reason = keyof typeof reasons;

export const reasons = {
  cloud: 'Of what was uploaded a hash is remembered for each namespace; there is nothing to limit.',
  istio:
    'The mapper does not read Envoy’s statistics itself, which takes the right to run commands in every pod; it takes the reports of a watcher.',
  telemetry:
    'What is counted is how large the map is, and sent in one message; errors are sent without anything that could need a stage or a key.',
  unused: 'The original does not use it either.',
  agents: 'Of the agents: the original’s mapper does not use it either.',
} as const;

const options = (
  why: Reason,
  rows: readonly (readonly [env: string, fallback: string, about: string])[],
): readonly IgnoredOption[] => rows.map(([env, fallback, about]) => ({ env, fallback, about, why }));

/** Options of the original that a deployment made for it may set without harm. */
export const ignoredOptions: readonly IgnoredOption[] = [
  ...options('cloud', [
    ['OTTERIZE_SERVICE_CACHE_SIZE', '10000', 'Services that are remembered as uploaded.'],
    ['OTTERIZE_METRICS_COLLECTION_TRAFFIC_CACHE_SIZE', '10000', 'Scraped workloads that are remembered as uploaded.'],
    ['OTTERIZE_WEBHOOK_SERVICES_CACHE_SIZE', '10', 'Services of webhooks that are remembered as uploaded.'],
  ]),
  ...options('istio', [
    ['OTTERIZE_ENABLE_ISTIO_COLLECTION', 'false', 'Read the statistics of Envoy in pods with an Istio sidecar.'],
    ['OTTERIZE_ISTIO_RESTRICT_COLLECTION_TO_NAMESPACE', '', 'The only namespace whose pods are read.'],
    ['OTTERIZE_ISTIO_REPORT_INTERVAL', '30s', 'Time between two reports.'],
    ['OTTERIZE_ISTIO_COOLDOWN_INTERVAL', '15s', 'Time between two readings.'],
    ['OTTERIZE_ISTIO_METRIC_FETCH_TIMEOUT', '10s', 'Longest time of one reading.'],
  ]),
  ...options('telemetry', [
    ['OTTERIZE_TELEMETRY_CLIENT_TIMEOUT', '30s', 'Longest time of one message; here it is two seconds.'],
    ['OTTERIZE_TELEMETRY_MAX_BATCH_SIZE', '100', 'Counts in one message.'],
    ['OTTERIZE_TELEMETRY_INTERVAL_SECONDS', '5', 'Time between two messages.'],
    ['OTTERIZE_TELEMETRY_RESET_INTERVAL_DURATION', '24h', 'After this counts begin anew.'],
    ['OTTERIZE_TELEMETRY_ACTIVE_INTERVAL_DURATION', '2m', 'Time between two signs of life.'],
    ['OTTERIZE_TELEMETRY_ERRORS_STAGE', 'production', 'Nothing.'],
    ['OTTERIZE_TELEMETRY_ERRORS_API_KEY', '', 'Nothing.'],
  ]),
  ...options('unused', [
    ['OTTERIZE_CREATE_WEBHOOK_CERTIFICATE', 'true', 'Nothing.'],
    ['OTTERIZE_TCP_DEST_RESOLVE_ONLY_CONTROL_PLANE_BY_IP', 'true', 'Nothing.'],
  ]),
  ...options('agents', [
    ['OTTERIZE_MAPPER_API_URL', 'http://mapper:9090/query', 'Address of the mapper’s API.'],
    ['OTTERIZE_HEALTH_PROBES_PORT', '9090', 'Port of `GET /healthz`.'],
  ]),
];

/** What is asked for in `env` and not done here, each once: for the log. */
export function ignoredButRequested(
  env: Readonly<Record<string, string | undefined>>,
): readonly { readonly options: readonly string[]; readonly reason: string }[] {
  const istio = ['OTTERIZE_ENABLE_ISTIO_COLLECTION'].filter(name => {
    const result = form.boolean.read(env[name] ?? '');
    return 'value' in result && result.value;
  });
  return istio.length === 0 ? [] : [{ options: istio, reason: reasons.istio }];
}
