import type { WorkloadParty } from '@network-mapper/model';
import type { Labels } from './counter-sample.ts';

/** What one counter counts: calls between two workloads, as a proxy of the mesh names them. */
export interface MeshCall {
  readonly reporter: Reporter;
  readonly client: WorkloadParty;
  readonly server: WorkloadParty;
  readonly request: HttpRequest | 'connection';
}

export interface HttpRequest {
  /** As the client wrote it, without its query. */
  readonly path: string;
  readonly method: string | undefined;
  readonly grpc: boolean;
  /** Undefined where there was no answer, or nobody says. */
  readonly responseCode: number | undefined;
}

/** Whose proxy it was: the client's, the server's, or one between them. */
export type Reporter = 'source' | 'destination' | 'waypoint';

/** Why a counter is no call that can be reported. */
export type IgnoredCounter =
  | 'other-counter'
  | 'unparsable-counter'
  /** One side is outside of the mesh, or no side at all (istio.io, "Istio Standard Metrics": `unknown`). */
  | 'unknown-workload'
  /** No Telemetry resource gives the requests their path. */
  | 'no-path'
  /** A proxy speaks of others than those of its namespace. */
  | 'foreign-namespace'
  | 'too-long';

export type ReadCounter =
  { readonly kind: 'call'; readonly call: MeshCall } | { readonly kind: 'ignored'; readonly reason: IgnoredCounter };

/** Of a name in Kubernetes, and of a path: what the mapper takes. In characters. */
const longestName = 253;
const longestPath = 2_048;

const reporters: ReadonlySet<string> = new Set<Reporter>(['source', 'destination', 'waypoint']);

/** Reads the labels of `istio_requests_total`, or of `istio_tcp_connections_opened_total` of a ztunnel. */
export function readCounter(metric: string, labels: Labels | undefined): ReadCounter {
  const isConnection = metric.endsWith('istio_tcp_connections_opened_total');
  if (!isConnection && !metric.endsWith('istio_requests_total')) return ignored('other-counter');
  const reporter = labels?.get('reporter') ?? '';
  if (labels === undefined || !isReporter(reporter)) return ignored('unparsable-counter');
  const client = workloadOf('source', labels);
  const server = workloadOf('destination', labels);
  if (client === undefined || server === undefined) return ignored('unknown-workload');
  if ([client, server].some(({ name, namespace }) => name.length > longestName || namespace.length > longestName))
    return ignored('too-long');
  if (isConnection) return { kind: 'call', call: { reporter, client, server, request: 'connection' } };
  const path = (known(labels, 'request_path') ?? '').replace(/[?#].*$/s, '');
  if (path === '') return ignored('no-path');
  if (path.length > longestPath) return ignored('too-long');
  return { kind: 'call', call: { reporter, client, server, request: { path, ...requestOf(labels) } } };
}

function requestOf(labels: Labels): Omit<HttpRequest, 'path'> {
  const code = Number(known(labels, 'response_code') ?? NaN);
  return {
    method: known(labels, 'request_method'),
    grpc: labels.get('request_protocol') === 'grpc',
    // Envoy writes 0 where the client was gone before the answer.
    responseCode: Number.isInteger(code) && code >= 100 && code <= 999 ? code : undefined,
  };
}

function workloadOf(side: 'source' | 'destination', labels: Labels): WorkloadParty | undefined {
  const name = known(labels, `${side}_workload`);
  const namespace = known(labels, `${side}_workload_namespace`);
  if (name === undefined || namespace === undefined) return undefined;
  const service = side === 'destination' ? serviceOf(labels) : undefined;
  return { kind: 'workload', namespace, name, ...(service === undefined ? {} : { service }) };
}

/**
 * The name of a Service. In its place there may be a host name, as the client wrote it, or one of the clusters that
 * stand for "none", such as `PassthroughCluster`.
 */
function serviceOf(labels: Labels): string | undefined {
  const name = known(labels, 'destination_service_name');
  return name !== undefined && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name) ? name : undefined;
}

function known(labels: Labels, name: string): string | undefined {
  const value = labels.get(name);
  return value === undefined || value === '' || value === 'unknown' ? undefined : value;
}

function isReporter(text: string): text is Reporter {
  return reporters.has(text);
}

function ignored(reason: IgnoredCounter): ReadCounter {
  return { kind: 'ignored', reason };
}
