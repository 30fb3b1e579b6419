import { randomUUID } from 'node:crypto';
import type { KubeConnection } from '@network-mapper/kube';
import {
  createHttpListener,
  createMetricsListener,
  createRegistry,
  every,
  pause,
  type Config,
  type Logger,
  type Runnable,
} from '@network-mapper/runtime';
import { BytesInFlight } from './api/bytes-in-flight.ts';
import { cachedTypes, fieldTables } from './api/fields.ts';
import { GraphqlEndpoint } from './api/graphql-endpoint.ts';
import { createApiServer } from './api/http-server.ts';
import { createMutations } from './api/mutations.ts';
import { createQueries } from './api/queries.ts';
import { createRoutes } from './api/routes.ts';
import { createSchema } from './api/schema.ts';
import { ClusterView } from './cluster/cluster-view.ts';
import { createWatches } from './cluster/watches.ts';
import { Intake } from './ingest/intake.ts';
import { WaitingRoom } from './ingest/waiting-room.ts';
import { createMapperMetrics } from './metrics.ts';
import type { mapperOptions } from './options.ts';
import { createAddressLookup, type AddressLookup } from './publish/address-lookup.ts';
import { createClientIntentsPublisher } from './publish/client-intents-publisher.ts';
import { createEdgeExporter } from './publish/edge-exporter.ts';
import { createExplain } from './resolve/explain.ts';
import { Identities } from './resolve/identity.ts';
import { Resolver } from './resolve/resolver.ts';
import { intentEdges } from './store/intent-edge.ts';
import { intentConnections, SinceLastRead } from './store/since-last-read.ts';
import { createTrafficMap, type TrafficMap } from './store/traffic-map.ts';

export interface MapperParts {
  readonly config: Config<typeof mapperOptions>;
  readonly connection: KubeConnection;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** True while memory is so short that nothing more may be taken in; never unless given. */
  readonly memoryIsShort?: () => boolean;
  /** The namespace that the mapper runs in. */
  readonly ownNamespace?: string | undefined;
  /** How domains that no traffic told of are looked up: in the system's DNS unless given. */
  readonly lookUp?: AddressLookup;
  /** Told once with the port of the API. */
  readonly listening?: (port: number) => void;
  /** Told once with the port of the metrics endpoint. */
  readonly metricsListening?: (port: number) => void;
}

export interface Mapper {
  readonly runnables: readonly Runnable[];
  readonly map: TrafficMap;
  /** What the timers do, for those who move the clock themselves. */
  readonly tick: () => void;
}

/** How long the API waits for the first lists before it answers from what it has, in milliseconds. */
const firstLists = 10_000;

/** Requests that have begun get this long to end, in milliseconds. */
const lastRequests = 2_000;
/** Bytes of all bodies that are held at once, parsed to some ten times as much. A busy node's report has 150 KB. */
const bodiesInFlight = 16 * 2 ** 20;

/** The composition root: reports come in at the API, are resolved against the cluster, kept in the map, and asked for at the API. */
export function createMapper({
  config,
  connection,
  logger,
  now = Date.now,
  memoryIsShort = () => false,
  ownNamespace,
  lookUp = createAddressLookup(),
  listening,
  metricsListening,
}: MapperParts): Mapper {
  const view = new ClusterView(
    { apiServerPrefixLength: config.apiServerPrefixLength, podAt: key => watches.podAt(key) },
    now,
  );
  const watches = createWatches({
    connection,
    view,
    naming: { overrideAnnotation: config.overrideAnnotation, jobsByImage: config.jobsByImage },
    stateChanged: (kind, state) => {
      if (state.kind === 'failing')
        logger.warn({ kind, problem: state.problem }, 'a kind of objects cannot be watched');
      else logger.info({ kind, state: state.kind }, 'watching a kind of objects');
    },
  });
  const identities = new Identities(watches.owners, { jobsByImage: config.jobsByImage }, now);
  const resolver = new Resolver({ lookups: view, identities, now }, config);

  const map = createTrafficMap({ dnsCacheCapacity: config.dnsCacheCapacity, now });
  const waitingRoom = new WaitingRoom({ patience: 60_000, places: 100_000 });
  const registry = createRegistry();
  const metrics = createMapperMetrics(registry, { map, waitingRoom, kinds: watches.kinds });
  const intake = new Intake({
    map,
    waitingRoom,
    now,
    skipped: (reason, fact) => metrics.skipped(reason, fact.evidence),
  });
  view.onAddressNews(address => intake.news(address));

  const excludedNamespaces = new Set(config.excludeNamespaces);
  const evidence = { DNS: config.enableDns, TCP: config.enableTcp, SOCKET: config.enableSocketScanner };
  const mutations = createMutations({
    map,
    intake,
    now,
    capture: { resolver, map, excludedNamespaces, captureOutside: config.captureOutside, evidence },
    workloads: { resolver, lookups: view, map, excludedNamespaces },
    cloud: { resolver, map, excludedNamespaces, now },
    reported: metrics.reported,
  });
  const queries = createQueries({ map, explain: createExplain(view, identities, now), now });
  const failed = (error: unknown): void => logger.error({ error }, 'a request failed');
  const graphql = new GraphqlEndpoint(
    { schema: createSchema(), queries, mutations, fields: fieldTables, cached: cachedTypes },
    failed,
  );

  let stopping = false;
  const api = createHttpListener({
    name: 'the API',
    port: config.apiPort,
    server: createApiServer,
    shutdownDelay: config.shutdownDelay,
    shutdownTimeout: lastRequests,
    ready: () => untilSettled(watches.settled),
    listening: port => {
      logger.info({ port }, 'the API listens');
      listening?.(port);
    },
    stopping: () => {
      stopping = true;
    },
    handle: createRoutes({
      graphql,
      instance: randomUUID(),
      origins: {
        clusterDomain: config.clusterDomain,
        ownNamespace,
        allowedHosts: config.apiAllowedHosts,
        corsOrigins: config.corsOrigins,
      },
      room: new BytesInFlight({ max: bodiesInFlight, patience: 2_000, clock: () => performance.now() }),
      memoryIsShort,
      onRefused: metrics.refused,
      ready: () => !stopping,
      problems: () =>
        watches.kinds().flatMap(({ kind, state }) => (state.kind === 'failing' ? [`${kind}: ${state.problem}`] : [])),
      onFailure: failed,
    }),
  });
  const clientIntents = createClientIntentsPublisher({
    connection,
    cache: map.dnsCache,
    lookUp,
    interval: config.clientIntentsInterval,
    now,
    logger,
    counts: metrics.clientIntents,
  });
  const exporters = config.exportOpenTelemetry
    ? [
        createEdgeExporter({
          fresh: new SinceLastRead(map.intents, intentEdges, intentConnections),
          interval: config.uploadInterval * 1000,
          metricName: config.openTelemetryMetric,
          exportInterval: config.openTelemetryInterval,
          logger,
          exported: metrics.exported,
        }),
      ]
    : [];
  const tick = (): void => {
    intake.expire();
    map.dnsCache.sweep();
  };
  return {
    map,
    tick,
    runnables: [
      ...watches.runnables,
      api,
      createMetricsListener({
        port: config.metricsPort,
        registry,
        ...(metricsListening === undefined ? {} : { listening: metricsListening }),
      }),
      ...(config.publishClientIntents ? [clientIntents] : []),
      ...exporters,
      { name: 'the waiting room', run: signal => every(1_000, tick, signal) },
    ],
  };
}

async function untilSettled(settled: () => boolean): Promise<void> {
  const limit = AbortSignal.timeout(firstLists);
  while (!settled() && (await pause(10, limit)));
}
