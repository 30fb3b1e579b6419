import { createDns } from '../../packages/aws-visibility/src/create-dns.ts';
import { createProxyAgent } from '../../packages/aws-visibility/src/create-proxy-agent.ts';
import { dnsOptions, proxyOptions } from '../../packages/aws-visibility/src/options.ts';
import { createLogger, createRegistry, readOptions, type Logger, type Registry } from '@network-mapper/runtime';
import { kubeconfigFor } from '@network-mapper/testkit';
import { createIstioWatcher } from '../../packages/istio-watcher/src/istio-watcher.ts';
import { options as istioWatcherOptions } from '../../packages/istio-watcher/src/options.ts';
import { createKafkaWatcher } from '../../packages/kafka-watcher/src/kafka-watcher.ts';
import { options as kafkaWatcherOptions } from '../../packages/kafka-watcher/src/options.ts';
import { connectKube } from '../../packages/kube/src/index.ts';
import { WaitingRoom } from '../../packages/mapper/src/ingest/waiting-room.ts';
import { createMapperMetrics } from '../../packages/mapper/src/metrics.ts';
import { createTrafficMap } from '../../packages/mapper/src/store/traffic-map.ts';
import { noCounts } from '../../packages/sniffer/src/capture/capture-counts.ts';
import { createCollectors } from '../../packages/packets/src/collect/create-collectors.ts';
import { registerPacketMetrics, registerScanMetrics } from '../../packages/sniffer/src/metrics.ts';
import { options } from '../../packages/sniffer/src/options.ts';
import { createSnifferAgent } from '../../packages/sniffer/src/sniffer.ts';
import { code, formatted, from, table, type Generated } from './generated.ts';

const path = 'docs/metrics.md';

/** docs/metrics.md: what the programs' own registries hold. */
export async function metricsPage(): Promise<Generated> {
  const processNames = new Set(
    createRegistry()
      .getMetricsAsArray()
      .map(({ name }) => name),
  );
  const text = `${from("the programs' metrics registries")}# Metrics

Served at \`GET /metrics\` in Prometheus' text format, on the port that \`OTTERIZE_METRICS_PORT\` names (2112). The first ones, without the
program's name in front, are those of the Otterize network mapper.

## Mapper

${rows(mapperRegistry(), processNames)}
With \`OTTERIZE_EDGE_METRICS\` also \`traces_service_graph_request_total\`, a counter for each pair on the map with the labels \`client\`, \`server\`,
\`connection_type\`, \`client_service_namespace\` and \`server_service_namespace\` ([exporters.md](exporters.md#prometheus)).

## Sniffer

${rows(snifferRegistry(), processNames)}
## Kafka watcher

${rows(await kafkaWatcherRegistry(), processNames)}
## Istio watcher

${rows(await istioWatcherRegistry(), processNames)}
## AWS visibility: the proxy

${rows(awsProxyRegistry(), processNames)}
## AWS visibility: the DNS server

${rows(await awsDnsRegistry(), processNames)}
## Every program

The usual ones of a process and of Node: ${[...processNames].map(code).join(', ')}.
`;
  return formatted({ path, text });
}

function mapperRegistry(): Registry {
  const registry = createRegistry();
  createMapperMetrics(registry, {
    map: createTrafficMap({ dnsCacheCapacity: 1, mostBytes: Infinity, now: Date.now }),
    waitingRoom: new WaitingRoom({ wait: 0, places: 0, placesPerSender: 0 }),
    kinds: () => [],
  });
  return registry;
}

function snifferRegistry(): Registry {
  const registry = createRegistry();
  createSnifferAgent({
    config: readOptions(options, {}),
    logger: createLogger({ name: 'sniffer', debug: false }),
    registry,
    sources: intake => {
      registerPacketMetrics({
        registry: intake.registry,
        collectors: createCollectors({ config: readOptions(options, {}), record: () => undefined, lost: () => 0 }),
        counts: () => noCounts,
      });
      registerScanMetrics({ registry: intake.registry, cost: () => 0 });
      return [];
    },
  });
  return registry;
}

const nowhere = () => connectKube({ kubeconfig: kubeconfigFor('http://127.0.0.1:1') });

async function kafkaWatcherRegistry(): Promise<Registry> {
  const registry = createRegistry();
  const logger = silentLogger('kafka-watcher');
  await createKafkaWatcher({ config: readOptions(kafkaWatcherOptions, {}), connect: nowhere, logger, registry });
  return registry;
}

async function istioWatcherRegistry(): Promise<Registry> {
  const registry = createRegistry();
  const logger = silentLogger('istio-watcher');
  createIstioWatcher({ config: readOptions(istioWatcherOptions, {}), connection: await nowhere(), logger, registry });
  return registry;
}

function awsProxyRegistry(): Registry {
  const registry = createRegistry();
  createProxyAgent({
    config: readOptions(proxyOptions, {}),
    logger: silentLogger('aws-proxy'),
    services: {},
    pods: { at: () => undefined, isSynced: () => true },
    certificateFor: () => Promise.reject(new Error('nobody is served')),
    registry,
  });
  return registry;
}

async function awsDnsRegistry(): Promise<Registry> {
  const registry = createRegistry();
  createDns({
    config: readOptions(dnsOptions, {}),
    connection: await nowhere(),
    logger: silentLogger('aws-dns'),
    services: {},
    systemServers: ['192.0.2.1'],
    registry,
  });
  return registry;
}

function silentLogger(name: string): Logger {
  const logger = createLogger({ name, debug: false });
  logger.level = 'silent';
  return logger;
}

function rows(registry: Registry, apart: ReadonlySet<string>): string {
  return table(
    ['Metric', 'Type', 'Labels', 'Meaning'],
    registry
      .getMetricsAsArray()
      .filter(({ name }) => !apart.has(name))
      // prom-client's types say less of a metric than it holds.
      .map((metric: object & { readonly name: string; readonly help: string }) => [
        code(metric.name),
        metric.constructor.name.toLowerCase(),
        'labelNames' in metric && Array.isArray(metric.labelNames)
          ? metric.labelNames.map(String).map(code).join(', ')
          : '',
        metric.help,
      ]),
  );
}
