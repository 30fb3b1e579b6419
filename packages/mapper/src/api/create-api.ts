import type { RequestListener } from 'node:http';
import type { KubeConnection } from '@network-mapper/kube';
import {
  createHttpListener,
  monotonicTime,
  pause,
  type Config,
  type Logger,
  type Runnable,
} from '@network-mapper/runtime';
import { createGuard } from '../auth/guard.ts';
import { createRefusalLog } from '../auth/refusal-log.ts';
import type { Watches } from '../cluster/watches.ts';
import type { MapperMetrics } from '../metrics.ts';
import type { mapperOptions } from '../options.ts';
import type { TrafficMap } from '../store/traffic-map.ts';
import { BytesInFlight } from './bytes-in-flight.ts';
import type { CertificateFiles } from './certificate-files.ts';
import { cachedTypes, fieldTables } from './fields.ts';
import { GraphqlEndpoint } from './graphql-endpoint.ts';
import { createApiServer, createTlsApiServer } from './http-server.ts';
import type { OperationParts } from './operation.ts';
import { createRoutes } from './routes.ts';
import { createSchema } from './schema.ts';

export interface ApiParts {
  readonly config: Config<typeof mapperOptions>;
  readonly connection: KubeConnection;
  readonly logger: Logger;
  readonly map: TrafficMap;
  readonly queries: OperationParts['queries'];
  readonly mutations: OperationParts['mutations'];
  readonly watches: Pick<Watches, 'kinds' | 'listed'>;
  readonly metrics: Pick<MapperMetrics, 'refused' | 'unauthorized'>;
  readonly memoryIsShort: () => boolean;
  /** As of `RoutesOptions`. */
  readonly instance: () => string;
  /** The namespace that the mapper runs in. */
  readonly ownNamespace: string | undefined;
  /** For the API over TLS. */
  readonly certificate: CertificateFiles | undefined;
  /** Called once with the port of the API, and of the API over TLS. */
  readonly listening: ((port: number) => void) | undefined;
  readonly tlsListening: ((port: number) => void) | undefined;
}

/** How long the API waits for the first lists before it answers from what it has, in milliseconds. */
const firstLists = 10_000;
/** Requests that have begun get this long to end, in milliseconds. */
const lastRequests = 2_000;
/** Bytes of all bodies that are held at once, parsed to some ten times as much. A busy node's report has 150 KB. */
const bodiesInFlight = 16 * 2 ** 20;

/** The listeners of the API: plain, and over TLS where there is a certificate; then plain HTTP is for port-forwards. */
export function createApi(parts: ApiParts): readonly Runnable[] {
  const { config, logger, watches, certificate } = parts;
  let stopping = false;
  const handle = createHandler(parts, () => !stopping);
  const listener = {
    handle,
    shutdownDelay: config.shutdownDelay,
    shutdownTimeout: lastRequests,
    ready: () => untilSynced(watches.listed),
    stopping: () => {
      stopping = true;
    },
  };
  const plain = createHttpListener({
    ...listener,
    name: 'the API',
    port: config.apiPort,
    ...(certificate === undefined ? {} : { host: '127.0.0.1' }),
    server: createApiServer,
    listening: port => {
      logger.info({ port }, 'the API listens');
      parts.listening?.(port);
    },
  });
  if (certificate === undefined) return [plain];
  const server = createTlsApiServer(handle, certificate.current);
  const overTls = createHttpListener({
    ...listener,
    name: 'the API over TLS',
    port: config.apiTlsPort,
    server: () => server,
    listening: port => {
      logger.info({ port }, 'the API listens, over TLS');
      parts.tlsListening?.(port);
    },
  });
  return [plain, overTls, certificate.watch(renewed => server.setSecureContext(renewed))];
}

function createHandler(parts: ApiParts, ready: () => boolean): RequestListener {
  const { config, connection, logger, map, queries, mutations, watches, metrics, ownNamespace } = parts;
  const failed = (error: unknown): void => logger.error({ error }, 'a request failed');
  const clock = monotonicTime;
  return createRoutes({
    graphql: new GraphqlEndpoint(
      { schema: createSchema(), queries, mutations, fields: fieldTables, cached: cachedTypes },
      failed,
    ),
    map,
    instance: parts.instance,
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
    memoryIsShort: parts.memoryIsShort,
    onRefused: metrics.refused,
    ready,
    problems: () =>
      watches.kinds().flatMap(({ kind, state }) => (state.kind === 'failing' ? [`${kind}: ${state.problem}`] : [])),
    onFailure: failed,
  });
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

async function untilSynced(listed: () => boolean): Promise<void> {
  const limit = AbortSignal.timeout(firstLists);
  while (!listed() && (await pause(10, limit)));
}
