import { form, option, type Option } from '@network-mapper/runtime';
import { eventKindNames, isEventKind } from './publish/events/event-kinds.ts';
import { otlpProtocols, type OtlpProtocol } from './publish/open-telemetry/otlp-protocol.ts';
import { isNetwork } from './publish/published-addresses.ts';

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

/** Options of what leaves the mapper. Those of the original keep their names, forms and defaults. */
export const publishOptions = {
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
    about: 'How long the Services of a namespace that are as the cloud knows them are not uploaded again.',
  }),
  telemetryEnabled: option({
    env: 'OTTERIZE_TELEMETRY_ENABLED',
    flag: { name: 'telemetry-enabled' },
    form: form.boolean,
    fallback: true,
    about: 'Report to OTTERIZE_API_ADDRESS, where that is set, how much the mapper is used: docs/telemetry.md.',
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
};
