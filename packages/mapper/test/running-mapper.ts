import { connectKube } from '@network-mapper/kube';
import { readOptions, runAll } from '@network-mapper/runtime';
import type { KubernetesApi } from '@network-mapper/testkit';
import { createLogger } from '@network-mapper/runtime';
import { createMapper, type Mapper, type MapperParts } from '../src/mapper.ts';
import { mapperOptions } from '../src/options.ts';

export interface Answer {
  readonly status: number;
  readonly body: {
    readonly data?: Record<string, unknown> | null;
    readonly errors?: readonly { readonly message: string }[];
  };
}

/** A whole mapper in this process, asked over real HTTP. */
export interface RunningMapper extends AsyncDisposable {
  readonly mapper: Mapper;
  readonly url: string;
  readonly clock: { now: number };
  ask(query: string, variables?: unknown): Promise<Answer>;
  /** The port of the API over TLS, where it has a certificate. */
  readonly tlsPort: Promise<number>;
  readonly metricsPort: Promise<number>;
  /** The text of the metrics endpoint. */
  metrics(): Promise<string>;
}

export interface RunningMapperOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: number;
  readonly lookUp?: MapperParts['lookUp'];
  readonly certificate?: MapperParts['certificate'];
  readonly outgoing?: MapperParts['outgoing'];
  readonly errors?: MapperParts['errors'];
}

/** Starts a mapper against a Kubernetes API; it is ready when this resolves. With `now` its clock stands still. */
export async function startMapper(
  kubernetes: KubernetesApi,
  { env = {}, now, lookUp, certificate, outgoing, errors }: RunningMapperOptions = {},
): Promise<RunningMapper> {
  const ports = {
    OTTERIZE_API_PORT: '0',
    OTTERIZE_METRICS_PORT: '0',
    OTTERIZE_API_TLS_PORT: '0',
    OTTERIZE_SHUTDOWN_DELAY: '0',
    OTTERIZE_CLUSTER_DOMAIN: 'cluster.local',
  };
  const config = readOptions(mapperOptions, { ...ports, ...env });
  const connection = await connectKube({ kubeconfig: kubernetes.kubeconfig() });
  const clock = { now: now ?? 0 };
  const logger = createLogger({ name: 'mapper', debug: false });
  logger.level = 'fatal';
  const stop = new AbortController();
  const listening = Promise.withResolvers<number>();
  const tlsListening = Promise.withResolvers<number>();
  const metricsListening = Promise.withResolvers<number>();
  const mapper = createMapper({
    config,
    connection,
    logger,
    certificate,
    outgoing,
    listening: listening.resolve,
    tlsListening: tlsListening.resolve,
    metricsListening: metricsListening.resolve,
    ...(errors === undefined ? {} : { errors }),
    ...(lookUp === undefined ? {} : { lookUp }),
    ...(now === undefined ? {} : { now: () => clock.now }),
  });
  const running = runAll(mapper.runnables, stop.signal);
  const port = await Promise.race([
    listening.promise,
    running.then(() => Promise.reject(new Error('the mapper ended'))),
  ]);
  const url = `http://127.0.0.1:${port}`;
  return {
    mapper,
    url,
    clock,
    ask: async (query, variables) => {
      const response = await fetch(`${url}/query`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, body: (await response.json()) as Answer['body'] };
    },
    tlsPort: tlsListening.promise,
    metricsPort: metricsListening.promise,
    metrics: async () => (await fetch(`http://127.0.0.1:${await metricsListening.promise}/metrics`)).text(),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}
