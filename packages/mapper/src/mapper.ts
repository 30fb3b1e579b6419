import { randomUUID } from 'node:crypto';
import type { KubeConnection } from '@network-mapper/kube';
import type { Provenance } from '@network-mapper/model';
import {
  createMetricsListener,
  createRegistry,
  every,
  type Config,
  type Logger,
  type Runnable,
  monotonicTime,
  wallTime,
} from '@network-mapper/runtime';
import type { CertificateFiles } from './api/certificate-files.ts';
import { createApi } from './api/create-api.ts';
import { createMutations } from './api/mutations.ts';
import { createQueries } from './api/queries.ts';
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
import { DnsNames } from './resolve/dns-name.ts';
import { Identities } from './resolve/identity.ts';
import type { StandIn } from './resolve/context.ts';
import type { Backends, PodRecord } from './resolve/lookups.ts';
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

/** Milliseconds between two looks for what has expired: reading passes over it anyway. */
const sweepInterval = 60_000;
/** Milliseconds of the timer that measures how long the event loop is held: each time it wakes an idle process. */
const loopTimer = 100;

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
    names: new DnsNames(config.clusterDomain),
    now,
    options: config,
    clientProvenances: new WeakMap<PodRecord, Provenance>(),
    standIns: new WeakMap<Backends, StandIn>(),
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
  const api = createApi({
    ...{ config, connection, logger, map, queries, mutations, watches, metrics, memoryIsShort, certificate },
    ...{ ownNamespace, listening, tlsListening },
    instance: () => instance,
  });
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
    clock: monotonicTime,
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
      ...api,
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

function toRules(config: MapperParts['config']): PlaceRules {
  const evidence = { DNS: config.enableDns, TCP: config.enableTcp, SOCKET: config.enableSocketScanner };
  return {
    excludedNamespaces: new Set(config.excludeNamespaces),
    evidenceOff: new Set((['DNS', 'TCP', 'SOCKET'] as const).filter(kind => !evidence[kind])),
    captureOutside: config.captureOutside,
    showOwnTraffic: config.showOwnTraffic,
  };
}
