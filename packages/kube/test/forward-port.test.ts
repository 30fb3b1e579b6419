import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  createKubernetesApi,
  kubeconfigFor,
  listenLocally,
  pod,
  service,
  type KubernetesObject,
} from '@network-mapper/testkit';
import { connectKube, forwardPort, podOfService, type KubeConnection } from '../src/index.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** An API server whose pods answer as `handle` says, each connection by a WebSocket as the kubelet speaks it. */
async function nodeWith(handle: (socket: WebSocket) => void, status?: number): Promise<KubeConnection> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    expect(request.url).toBe('/api/v1/namespaces/shop/pods/cart/portforward?ports=9090');
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} x\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, tunnel => {
      for (const channel of [0, 1]) tunnel.send(Buffer.of(channel, 9090 & 255, 9090 >> 8));
      handle(tunnel);
    });
  });
  const { url, close } = await listenLocally(server);
  const connection = await connectKube({ kubeconfig: kubeconfigFor(url) });
  cleanUp.push(async () => {
    connection.close();
    for (const client of sockets.clients) client.terminate();
    await close();
  });
  return connection;
}

async function forwarded(connection: KubeConnection) {
  const forward = await forwardPort(connection, { namespace: 'shop', pod: 'cart', port: 9090 });
  cleanUp.push(forward.close);
  return { forward, socket: connect(Number(new URL(forward.url).port), '127.0.0.1') };
}

test('bytes travel both ways, as many and as they were', async () => {
  const connection = await nodeWith(tunnel => {
    tunnel.on('message', (data: Buffer) => tunnel.send(data)); // An echo: data is channel 0 in both directions.
  });
  const { socket } = await forwarded(connection);
  const sent = Buffer.alloc(3_000_000, 'abcdefg');
  socket.write(sent);
  const received: Buffer[] = [];
  let size = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received.push(chunk);
    size += chunk.length;
    if (size === sent.length) break;
  }
  expect(Buffer.concat(received).equals(sent)).toBe(true);
});

test('when the pod closes, so does this end', async () => {
  const connection = await nodeWith(tunnel => {
    tunnel.send(Buffer.from('\0bye'));
    tunnel.close();
  });
  const { socket } = await forwarded(connection);
  expect(await text(socket)).toBe('bye');
});

test('what the node complains of is reported', async () => {
  const connection = await nodeWith(tunnel => tunnel.send(Buffer.from('\x01connection refused')));
  const { forward, socket } = await forwarded(connection);
  await once(socket, 'close');
  expect(forward.problem()).toBe('connection refused');
});

test('a missing right is reported', async () => {
  const connection = await nodeWith(() => undefined, 403);
  const { forward, socket } = await forwarded(connection);
  await once(socket, 'close');
  expect(forward.problem()).toContain('portforward of pod shop/cart');
});

interface PodCase {
  readonly title: string;
  readonly pods: readonly KubernetesObject[];
  readonly port?: number;
  readonly expected: object;
}

const labels = { app: 'mapper' };
function mapperPod(name: string, ready: boolean, details: object = {}): KubernetesObject {
  const made = pod({ name, namespace: 'ops', labels, ports: [{ name: 'query', containerPort: 8080 }], ...details });
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  return { ...made, status: { ...(made.status as object), conditions } };
}

const podCases: readonly PodCase[] = [
  {
    title: 'a pod that is ready is chosen, and the port’s name is looked up in it',
    pods: [mapperPod('a', false), mapperPod('b', true)],
    expected: { namespace: 'ops', pod: 'b', port: 8080 },
  },
  {
    title: 'a pod that is being deleted is not chosen',
    pods: [mapperPod('a', true, { deletedAt: '2024-01-01T10:00:00Z' }), mapperPod('b', true)],
    expected: { pod: 'b' },
  },
  {
    title: 'a port that the Service lacks is the pod’s own',
    pods: [mapperPod('a', true)],
    port: 2112,
    expected: { port: 2112 },
  },
];

async function clusterWith(pods: readonly KubernetesObject[]): Promise<KubeConnection> {
  const api = await createKubernetesApi();
  const ports = [{ port: 9090, targetPort: 'query' }];
  api.put(service({ name: 'mapper', namespace: 'ops', selector: labels, ports }), ...pods);
  const connection = await connectKube({ kubeconfig: api.kubeconfig() });
  cleanUp.push(async () => {
    connection.close();
    await api.down();
  });
  return connection;
}

test.each(podCases)('$title', async ({ pods, port = 9090, expected }) => {
  const connection = await clusterWith(pods);
  expect(await podOfService(connection, { namespace: 'ops', name: 'mapper', port })).toMatchObject(expected);
});

test('without the Service, without pods, without a ready pod: each is said', async () => {
  const ask = async (pods: readonly KubernetesObject[], name = 'mapper') =>
    podOfService(await clusterWith(pods), { namespace: 'ops', name, port: 9090 });
  await expect(ask([], 'nobody')).rejects.toThrow('services "nobody" not found');
  await expect(ask([])).rejects.toThrow('service mapper has no pods');
  await expect(ask([mapperPod('a', false)])).rejects.toThrow('no pod that is ready (there are: a)');
});
