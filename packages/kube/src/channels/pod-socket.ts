import type { RawData, WebSocket } from 'ws';
import type { KubeConnection } from '../access/kube-connection.ts';
import { KubeError } from '../access/kube-error.ts';

export interface PodSocketOptions {
  readonly namespace: string;
  readonly pod: string;
  /** With its query, e.g. `portforward?ports=80`. */
  readonly subresource: string;
  /** In order of preference. */
  readonly protocols: readonly string[];
}

export interface PodSocket {
  readonly socket: WebSocket;
  /** Rejects when the server refuses, or the connection breaks. */
  readonly failure: Promise<never>;
}

/**
 * A WebSocket into a pod by way of the API server, which goes the same way (proxy, certificates, credentials) as all
 * requests.
 */
export async function openPodSocket(connection: KubeConnection, options: PodSocketOptions): Promise<PodSocket> {
  const { WebSocket } = await import('ws');
  const { namespace, pod, subresource, protocols } = options;
  const { server, tls, headers } = connection.access;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/${subresource}`;
  const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server);
  const socket = new WebSocket(url, [...protocols], {
    ...tls,
    headers: await headers(),
    agent: connection.streamAgent,
  });
  const { promise: failure, reject } = Promise.withResolvers<never>();
  // Whoever waits for it hears of it; a socket that was closed before has no such end.
  failure.catch(() => undefined);
  const request = `${subresource.replace(/\?.*/, '')} of pod ${namespace}/${pod} by ${connection.server}`;
  socket.on('unexpected-response', (_request, response) => {
    reject(KubeError.ofStatus({ status: response.statusCode ?? 0, request }));
    socket.terminate();
  });
  socket.on('error', error => reject(KubeError.ofFailure(error, request)));
  return { socket, failure };
}

/** A message in one piece: its first byte is the channel. */
export function bytesOf(data: RawData): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [new Uint8Array(data)]);
}
