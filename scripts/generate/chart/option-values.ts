import type { Option, OptionTable } from '@network-mapper/runtime';
import { options as istioWatcherOptions } from '../../../packages/istio-watcher/src/options.ts';
import { options as kafkaWatcherOptions } from '../../../packages/kafka-watcher/src/options.ts';
import { mapperOptions } from '../../../packages/mapper/src/options.ts';
import { options as snifferOptions } from '../../../packages/sniffer/src/options.ts';
import type { Value } from './value.ts';

/** A value that sets an option of a program. */
export interface OptionValue extends Value {
  readonly env: string;
}

interface ChartedProgram {
  readonly program: 'mapper' | 'sniffer' | 'kafkawatcher' | 'istiowatcher';
  /** What must be set too before the options of the program do something. */
  readonly needs?: string;
  readonly table: OptionTable;
  /** Where the original's chart has the value of an option; all others are under `<program>.options`. */
  readonly elsewhere: Readonly<Record<string, string>>;
  /** Options that the templates set themselves. */
  readonly set: readonly string[];
  /** Defaults of the chart, by option, where they are not those of the program. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

const setForWatchers = ['mapperUrl', 'mapperTokenFile', 'mapperCaFile', 'metricsPort', 'healthPort'];

export const chartedPrograms: readonly ChartedProgram[] = [
  {
    program: 'mapper',
    table: mapperOptions,
    elsewhere: {
      debug: 'debug',
      captureOutside: 'enableInternetFacingTrafficReporting',
      publishClientIntents: 'dnsClientIntentsUpdateEnabled',
      exportOpenTelemetry: 'opentelemetry.enable',
      openTelemetryMetric: 'opentelemetry.metricName',
      excludeNamespaces: 'mapper.excludeNamespaces',
      uploadInterval: 'mapper.uploadIntervalSeconds',
      overrideAnnotation: 'global.workloadNameOverrideAnnotationName',
      apiServerPrefixLength: 'global.controlPlaneIPv4CIDRPrefixLength',
      jobsByImage: 'global.experimentalUseDockerImageAsServiceNameForJobs',
      openTelemetryProtocol: 'opentelemetry.protocol',
      errorsAddress: 'global.telemetry.errors.endpointAddress',
      eventsUrl: 'events.url',
      eventsNamespaces: 'events.namespaces',
      eventsKinds: 'events.kinds',
      eventsInterval: 'events.interval',
      edgeMetrics: 'metrics.edges.enabled',
      edgeSeries: 'metrics.edges.maxSeries',
      foldNames: 'metrics.edges.foldNames',
    },
    set: [
      ...['apiAuth', 'apiPort', 'metricsPort', 'apiTlsPort', 'apiTlsCertFile', 'apiTlsKeyFile'],
      ...['clientId', 'clientSecret', 'apiAddress', 'apiExtraCas', 'eventsSecret'],
      ...['telemetryEnabled', 'telemetryUsage', 'telemetryErrors'],
    ],
    defaults: {
      debug: false,
      captureOutside: true,
      publishClientIntents: true,
      exportOpenTelemetry: false,
      openTelemetryMetric: 'traces_service_graph_request_total',
      excludeNamespaces: ['istio-system', 'linkerd'],
      overrideAnnotation: 'intents.otterize.com/workload-name',
    },
  },
  {
    program: 'sniffer',
    table: snifferOptions,
    elsewhere: {
      debug: 'debug',
      hostnameFiles: 'sniffer.useExtendedProcfsResolution',
      healthPort: 'sniffer.healthProbesPort',
      metricsPort: 'sniffer.metricsPort',
    },
    set: ['mapperUrl', 'mapperTokenFile', 'mapperCaFile', 'hostProc', 'nodeName'],
    defaults: { debug: false, hostnameFiles: false, healthPort: 57921, metricsPort: 2112 },
  },
  {
    program: 'kafkawatcher',
    needs: 'kafkawatcher.enable=true',
    table: kafkaWatcherOptions,
    elsewhere: {
      debug: 'debug',
      servers: 'kafkawatcher.kafkaServers',
      discover: 'kafkawatcher.discover',
      bootstrapServers: 'kafkawatcher.bootstrapServers',
      reportInterval: 'kafkawatcher.kafkaReportInterval',
      cooldown: 'kafkawatcher.kafkaCooldownInterval',
      tls: 'kafkawatcher.tls.enabled',
      saslMechanism: 'kafkawatcher.sasl.mechanism',
    },
    set: [
      ...setForWatchers,
      // A file is read by a watcher beside the broker, which this chart does not deploy.
      ...['mode', 'file', 'pod', 'namespace'],
      ...['tlsCaFile', 'tlsCertFile', 'tlsKeyFile', 'saslUsernameFile', 'saslPasswordFile'],
    ],
    defaults: { debug: false, servers: [], discover: false, bootstrapServers: [], tls: false, saslMechanism: 'none' },
  },
  {
    program: 'istiowatcher',
    needs: 'istiowatcher.enable=true',
    table: istioWatcherOptions,
    elsewhere: { debug: 'debug', ztunnelAccessLog: 'istiowatcher.ztunnelAccessLog' },
    set: [...setForWatchers, 'scrape'],
    defaults: { debug: false, ztunnelAccessLog: false },
  },
];

export function optionValues({
  program,
  needs,
  table,
  elsewhere,
  set,
  defaults,
}: ChartedProgram): readonly OptionValue[] {
  return Object.entries(table)
    .filter(([name]) => !set.includes(name))
    .map(([name, option]) => {
      const path = elsewhere[name] ?? `${program}.options.${name}`;
      const unset = defaults[name] === undefined ? ` The program’s default is ${written(option)}.` : '';
      return {
        path,
        schema: option.form.schema,
        fallback: defaults[name],
        about: `${option.about}${unset}`,
        sample: sampleOf(option),
        env: option.env,
        ...(needs !== undefined && path.startsWith(`${program}.`) ? { needs } : {}),
      };
    });
}

function written({ form, fallback }: Option<unknown>): string {
  const value = form.write(fallback);
  return value === '' ? 'none' : `\`${value}\``;
}

function sampleOf({ form, fallback }: Option<unknown>): unknown {
  const words: unknown = form.schema.enum;
  if (Array.isArray(words)) return words.find(word => word !== fallback);
  switch (form.form) {
    case 'boolean':
      return fallback !== true;
    case 'integer':
    case 'port':
      return Number(form.write(fallback)) + (form.schema.maximum === fallback ? -1 : 1);
    case 'list':
      return ['one', 'two'];
    case 'kinds':
      return ['edge-added'];
    case 'URL':
      return 'https://a.example.com/b';
    case 'networks':
      return ['10.20.0.0/16'];
    case 'duration':
      return '7m';
    case 'none | PLAIN | SCRAM-SHA-256 | SCRAM-SHA-512':
      return 'PLAIN';
    case 'ports':
      return '53,1053';
    default:
      return 'sample';
  }
}
