import { randomUUID } from 'node:crypto';
import type { KubeConnection } from '@network-mapper/kube';
import type { Provenance } from '@network-mapper/model';
import {
  createHttpListener,
  createMetricsListener,
  createRegistry,
  every,
  pause,
  type Config,
  type Logger,
  type Runnable,
  monotonicTime,
  wallTime,
} from '@network-mapper/runtime';
import { BytesInFlight } from './api/bytes-in-flight.ts';
import { cachedTypes, fieldTables } from './api/fields.ts';
import { GraphqlEndpoint } from './api/graphql-endpoint.ts';
import { createApiServer, createTlsApiServer } from './api/http-server.ts';
import type { CertificateFiles } from './api/certificate-files.ts';
import { createMutations } from './api/mutations.ts';
import { createQueries } from './api/queries.ts';
import { createRoutes } from './api/routes.ts';
import { createSchema } from './api/schema.ts';
import { createGuard } from './auth/guard.ts';
import { createRefusalLog } from './auth/refusal-log.ts';
import { ClusterView } from './cluster/cluster-view.ts';
import { LiveWorkloads } from './cluster/live-workloads.ts';
import { Records } from './cluster/records.ts';
import { createWorkloadDetails } from './cluster/workload-details.ts';
import { createWatches } from './cluster/watches.ts';
import { Intake } from './ingest/intake.ts';
import { createPlace, type PlaceRules } from './ingest/place.ts';
import { WatchedNodes } from './ingest/watched-nodes.ts';
import { WaitingRoom } from './ingest/waiting-room.ts';
import { Interner } from './interner.ts';
import { createMapperMetrics } from './metrics.ts';
import type { mapperOptions } from './options.ts';
import { createAddressLookup, type AddressLookup } from './publish/address-lookup.ts';
import { createClientIntentsPublisher } from './publish/client-intents-publisher.ts';
import { PublishedAddresses } from './publish/published-addresses.ts';
import { createSinks, type Outgoing } from './publish/create-sinks.ts';
import { ServiceGraph } from './publish/service-graph/service-graph.ts';
import { ErrorReports } from './publish/telemetry/error-reports.ts';
import { createExplain } from './resolve/explain.ts';
import { Identities } from './resolve/identity.ts';
import type { PodRecord } from './resolve/lookups.ts';
import { createTrafficMap, type TrafficMap } from './store/traffic-map.ts';

export interface MapperParts {
  readonly config: Config<typeof mapperOptions>;
  readonly connection: KubeConnection;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** True while memory is so short that nothing more may be taken in; never unless given. */
  readonly memoryIsShort?: () => boolean;
  /** Bytes, as the map estimates them. */
  readonly mostMapBytes?: number;
  /** The namespace that the mapper runs in. */
  readonly ownNamespace?: string | undefined;
  /** How domains that no traffic named are looked up: in the system's DNS unless given. */
  readonly lookUp?: AddressLookup;
  /** For the API over TLS. */
  readonly certificate?: CertificateFiles | undefined;
  /** How servers outside are reached. */
  readonly outgoing?: Outgoing | undefined;
  /** Of this program, for telemetry. */
  readonly version?: string;
  /** Errors of the log, to be reported where that is wanted. */
  readonly errors?: ErrorReports;
  /** Called once with the port of the API over TLS. */
  readonly tlsListening?: (port: number) => void;
  /** Called once with the port of the API. */
  readonly listening?: (port: number) => void;
  /** Called once with the port of the metrics endpoint. */
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

const clock = monotonicTime;

/** Milliseconds between two looks for what has expired: reading passes over it anyway. */
const sweepInterval = 60_000;
/** Milliseconds of the timer that measures how long the event loop is held: each time it wakes an idle process. */
const loopTimer = 100;

/** Requests that have begun get this long to end, in milliseconds. */
const lastRequests = 2_000;
/** Bytes of all bodies that are held at once, parsed to some ten times as much. A busy node's report has 150 KB. */
const bodiesInFlight = 16 * 2 ** 20;

/**
 * The composition root: reports come in at the API, are resolved against the cluster, kept in the map, and asked for at
 * the API.
 */
export function createMapper({
  config,
  connection,
  logger,
  now = wallTime,
  memoryIsShort = () => false,
  mostMapBytes = Infinity,
  ownNamespace,
  lookUp = createAddressLookup(),
  certificate,
  outgoing = { extraCas: [], proxy: {} },
  version = '',
  errors = new ErrorReports(),
  listening,
  tlsListening,
  metricsListening,
}: MapperParts): Mapper {
  const view = new ClusterView(
    { apiServerPrefixLength: config.apiServerPrefixLength, podAt: key => watches.podAt(key) },
    now,
  );
  const interner = new Interner();
  const watches = createWatches({
    connection,
    view,
    records: new Records(interner, { overrideAnnotation: config.overrideAnnotation, jobsByImage: config.jobsByImage }),
    stateChanged: (kind, state) => {
      if (state.kind === 'failing')
        logger.warn({ kind, problem: state.problem }, 'a kind of objects cannot be watched');
      else logger.info({ kind, state: state.kind }, 'watching a kind of objects');
    },
    touched: namespace => sinks.touched(namespace),
  });
  const identities = new Identities({ owners: watches.owners, interner, now, jobsByImage: config.jobsByImage });
  const context = {
    lookups: view,
    identities,
    interner,
    now,
    options: config,
    clientProvenances: new WeakMap<PodRecord, Provenance>(),
    isLastTry: false,
  };

  const map = createTrafficMap({ dnsCacheCapacity: config.dnsCacheCapacity, mostBytes: mostMapBytes, now });
  const waitingRoom = new WaitingRoom({ wait: 60_000, places: 100_000, placesPerSender: 20_000 });
  const registry = createRegistry({ loopTimer });
  const serviceGraph = config.edgeMetrics
    ? new ServiceGraph({ map, mostSeries: config.edgeSeries, nameOf: outgoing.nameOf ?? (name => name) })
    : undefined;
  const metrics = createMapperMetrics(registry, { map, waitingRoom, kinds: watches.kinds, serviceGraph });
  const place = createPlace({ context, map, rules: toRules(config), watchedNodes: new WatchedNodes(now) });
  const intake = new Intake({ place, map, waitingRoom, now, skipped: metrics.skipped });
  view.onAddressChange(address => intake.retry(address));

  let instance = randomUUID();
  const mutations = createMutations({
    map,
    intake,
    now,
    reported: metrics.reported,
    // To agents a map that was reset is a new mapper's: they report everything that lasts again.
    wasReset: () => {
      instance = randomUUID();
    },
  });
  const queries = createQueries({
    map,
    explain: createExplain(context),
    details: createWorkloadDetails({ connection, view, identities }),
    now,
  });
  const failed = (error: unknown): void => logger.error({ error }, 'a request failed');
  const graphql = new GraphqlEndpoint(
    { schema: createSchema(), queries, mutations, fields: fieldTables, cached: cachedTypes },
    failed,
  );

  let stopping = false;
  const handle = createRoutes({
    graphql,
    map,
    instance: () => instance,
    origins: {
      clusterDomain: config.clusterDomain,
      ownNamespace,
      allowedHosts: config.apiAllowedHosts,
      corsOrigins: config.corsOrigins,
    },
    guard: createGuard({
      mode: config.apiAuth,
      connection,
      clock,
      agents: new Set(config.apiAgents.length > 0 ? config.apiAgents : ownAgents(ownNamespace)),
      namespaces: () => map.namespaces,
      refused: createRefusalLog({ logger, mode: config.apiAuth, count: metrics.unauthorized }),
    }),
    room: new BytesInFlight({ max: bodiesInFlight, patience: 2_000, clock }),
    memoryIsShort,
    onRefused: metrics.refused,
    ready: () => !stopping,
    problems: () =>
      watches.kinds().flatMap(({ kind, state }) => (state.kind === 'failing' ? [`${kind}: ${state.problem}`] : [])),
    onFailure: failed,
  });
  const listener = {
    name: 'the API',
    handle,
    shutdownDelay: config.shutdownDelay,
    shutdownTimeout: lastRequests,
    ready: () => untilSynced(watches.listed),
    stopping: () => {
      stopping = true;
    },
  };
  const api = createHttpListener({
    ...listener,
    port: config.apiPort,
    // Beside TLS, plain HTTP is for port-forwards.
    ...(certificate === undefined ? {} : { host: '127.0.0.1' }),
    server: createApiServer,
    listening: port => {
      logger.info({ port }, 'the API listens');
      listening?.(port);
    },
  });
  const tlsApi = certificate === undefined ? [] : createTlsApi(certificate);

  function createTlsApi(files: CertificateFiles): readonly Runnable[] {
    const server = createTlsApiServer(handle, files.current);
    return [
      createHttpListener({
        ...listener,
        name: 'the API over TLS',
        port: config.apiTlsPort,
        server: () => server,
        listening: port => {
          logger.info({ port }, 'the API listens, over TLS');
          tlsListening?.(port);
        },
      }),
      files.watch(renewed => server.setSecureContext(renewed)),
    ];
  }

  const clientIntents = createClientIntentsPublisher({
    connection,
    cache: map.dnsCache,
    lookUp,
    published: new PublishedAddresses(config.publishedRanges),
    interval: config.clientIntentsInterval,
    now,
    logger,
    counts: metrics.clientIntents,
  });
  const sinks = createSinks({
    config,
    map,
    connection,
    lookups: new LiveWorkloads(view, identities),
    ready: watches.listed,
    outgoing,
    source: `/network-mapper/${ownNamespace ?? 'outside'}`,
    version,
    errors,
    logger,
    now,
    clock,
    metrics,
  });

  let sweptAt = now();
  const tick = (): void => {
    intake.expire();
    if (now() - sweptAt < sweepInterval) return;
    sweptAt = now();
    map.dnsCache.sweep();
    if (config.mapRetention > 0) map.expire(now() - config.mapRetention);
  };
  return {
    map,
    tick,
    runnables: [
      ...watches.runnables,
      api,
      ...tlsApi,
      createMetricsListener({
        port: config.metricsPort,
        registry,
        large: serviceGraph,
        ...(metricsListening === undefined ? {} : { listening: metricsListening }),
      }),
      ...(config.publishClientIntents ? [clientIntents] : []),
      ...sinks.runnables,
      { name: 'the waiting room', run: signal => every(1_000, tick, signal) },
    ],
  };
}

/** The ServiceAccounts of our own agents. */
function ownAgents(namespace: string | undefined): readonly string[] {
  return [
    'otterize-network-sniffer',
    'otterize-kafka-watcher',
    'otterize-istio-watcher',
    'otterize-aws-visibility',
  ].map(name => `${namespace ?? 'otterize-system'}/${name}`);
}

function toRules(config: MapperParts['config']): PlaceRules {
  const evidence = { DNS: config.enableDns, TCP: config.enableTcp, SOCKET: config.enableSocketScanner };
  return {
    excludedNamespaces: new Set(config.excludeNamespaces),
    evidenceOff: new Set((['DNS', 'TCP', 'SOCKET'] as const).filter(kind => !evidence[kind])),
    captureOutside: config.captureOutside,
    showOwnTraffic: config.showOwnTraffic,
  };
}

async function untilSynced(listed: () => boolean): Promise<void> {
  const limit = AbortSignal.timeout(firstLists);
  while (!listed() && (await pause(10, limit)));
}
