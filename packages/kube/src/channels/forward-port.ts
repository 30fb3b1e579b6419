import { createServer, type Socket } from 'node:net';
import { listen } from '@network-mapper/runtime';
import type { KubeConnection } from '../access/kube-connection.ts';
import { bytesOf, openPodSocket } from './pod-socket.ts';

export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

export interface ForwardedPort {
  /** `http://127.0.0.1:port`: what is sent there comes out at the pod's port. */
  readonly url: string;
  /** Why the last connection broke, in the words of the node or the API server. */
  readonly problem: () => string | undefined;
  /** Ends all connections and stops listening. */
  readonly close: () => Promise<void>;
}

/**
 * Every message carries the channel in its first byte: data is 0, errors are 1, and each channel begins with two bytes,
 * the port (kubelet/pkg/cri/streaming/portforward/websocket.go). The protocol has no half-closed connections.
 */
const protocols = ['v4.channel.k8s.io'];
const dataChannel = 0;
const portBytes = 2;

/**
 * Makes a pod's TCP port reachable at a free port of this machine, through the API server: needs `create` on
 * `pods/portforward`.
 */
export async function forwardPort(connection: KubeConnection, target: PodPort): Promise<ForwardedPort> {
  let problem: string | undefined;
  const open = new Set<Socket>();
  const server = createServer(socket => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', error => (problem = error.message));
    carry(connection, { target, socket }).catch((error: unknown) => {
      problem = error instanceof Error ? error.message : String(error);
      socket.destroy();
    });
  });
  const port = await listen(server, { name: 'the forwarding of a port', port: 0, host: '127.0.0.1' });
  return {
    url: `http://127.0.0.1:${port}`,
    problem: () => problem,
    close: () =>
      new Promise(closed => {
        server.close(() => closed());
        for (const socket of open) socket.destroy();
      }),
  };
}

/**
 * Carries one connection through a WebSocket of its own until either side ends; rejects with what the other side
 * complained of.
 */
async function carry(
  connection: KubeConnection,
  { target, socket }: { readonly target: PodPort; readonly socket: Socket },
): Promise<void> {
  const { namespace, pod, port } = target;
  const subresource = `portforward?ports=${port}`;
  const { socket: tunnel, failure } = await openPodSocket(connection, { namespace, pod, subresource, protocols });

  const ended = new Promise<void>((resolve, failed) => {
    const begun = new Set<number>();
    tunnel.on('message', data => {
      const message = bytesOf(data);
      const channel = message[0] ?? dataChannel;
      const content = message.subarray(begun.has(channel) ? 1 : 1 + portBytes);
      begun.add(channel);
      if (content.length === 0) return;
      if (channel !== dataChannel) failed(new Error(content.toString('utf8').trim()));
      else if (!socket.write(content)) {
        tunnel.pause();
        socket.once('drain', () => tunnel.resume());
      }
    });
    tunnel.on('open', () => {
      socket.on('data', data => {
        tunnel.send(Buffer.concat([Buffer.of(dataChannel), data]), error => error && failed(error));
      });
    });
    tunnel.on('close', () => {
      socket.end();
      resolve();
    });
    socket.on('close', () => tunnel.close());
  });
  await Promise.race([ended, failure]).finally(() => tunnel.terminate());
}
