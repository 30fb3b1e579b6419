import { execInPod, KubeError, type KubeConnection } from '@network-mapper/kube';
import { parseAdminJson } from '../statistics/admin-json.ts';
import type { CounterSample } from '../statistics/counter-sample.ts';
import { parsePrometheusLine } from '../statistics/prometheus-line.ts';
import { fetchLines, UnreadableError } from './fetch-lines.ts';
import { proxyContainer, type Proxy } from './proxy.ts';

/** How a proxy can be read. */
export type Way = 'envoy-port' | 'agent-port' | 'ztunnel-port' | 'exec';

export interface ReadOptions {
  readonly way: Way;
  readonly connection: KubeConnection;
  /** Milliseconds for all of it. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly onCounter: (sample: CounterSample) => void;
}

const filter = 'filter=istio_requests_total';

/**
 * Ports of Istio (istio.io, "Ports used by Istio"): Envoy's own statistics, of which it hands out what it is asked for;
 * what the agent beside it merges, with those of the application; and those of a ztunnel.
 */
const ports = {
  'envoy-port': { port: 15_090, path: `/stats/prometheus?usedonly&${filter}` },
  'agent-port': { port: 15_020, path: `/stats/prometheus?usedonly&${filter}` },
  'ztunnel-port': { port: 15_020, path: '/metrics' },
} as const;

/** As the original asks for them. */
const command = ['pilot-agent', 'request', 'GET', `stats?format=json&${filter}`];
/** Of an answer that is parsed whole. */
const mostOutput = 64 * 2 ** 20;

/**
 * Reads the counters of one proxy. Resolves to false when it had more to say than is taken. Throws UnreadableError.
 */
export async function readProxy(proxy: Proxy, options: ReadOptions): Promise<boolean> {
  if (options.way === 'exec') return readByExec(proxy, options);
  const deadline = AbortSignal.timeout(options.timeout);
  return fetchLines({
    host: proxy.ip,
    ...ports[options.way],
    signal: AbortSignal.any([options.signal, deadline]),
    onLine: line => {
      const sample = parsePrometheusLine(line);
      if (sample !== undefined) options.onCounter(sample);
    },
  });
}

async function readByExec(
  { namespace, pod }: Proxy,
  { connection, timeout, signal, onCounter }: ReadOptions,
): Promise<boolean> {
  const target = { namespace, pod, container: proxyContainer };
  try {
    const { exitCode, stdout, stderr } = await execInPod(
      connection,
      { ...target, command, timeout, maxOutput: mostOutput },
      signal,
    );
    const samples = exitCode === 0 ? parseAdminJson(stdout.toString('utf8')) : undefined;
    if (samples === undefined)
      throw new UnreadableError(
        `pilot-agent in pod ${namespace}/${pod} ended with ${exitCode} and no statistics: ${stderr.toString('utf8').slice(0, 200).trim()}`,
      );
    samples.forEach(onCounter);
    return true;
  } catch (cause) {
    if (!(cause instanceof KubeError)) throw cause;
    throw new UnreadableError(cause.message, { cause });
  }
}
