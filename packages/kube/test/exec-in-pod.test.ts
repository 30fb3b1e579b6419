import { createServer, type IncomingMessage } from 'node:http';
import { kubeconfigFor, listenLocally } from '@network-mapper/testkit';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { connectKube, execInPod, type KubeConnection } from '../src/index.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

interface Node {
  readonly connection: KubeConnection;
  readonly asked: readonly URL[];
}

interface NodeOptions {
  readonly protocol?: string;
  /** Refuses the request. */
  readonly status?: number;
}

/** A node whose containers answer commands as `handle` says, in the protocol that kubelets speak. */
async function nodeWith(handle: (socket: WebSocket) => void, options: NodeOptions = {}): Promise<Node> {
  const { protocol = 'v5.channel.k8s.io', status } = options;
  const asked: URL[] = [];
  const server = createServer();
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: offered => offered.has(protocol) && protocol,
  });
  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    asked.push(new URL(request.url ?? '', 'http://node'));
    if (status !== undefined) socket.end(`HTTP/1.1 ${status} x\r\ncontent-length: 0\r\n\r\n`);
    else sockets.handleUpgrade(request, socket, head, handle);
  });
  const { url, close } = await listenLocally(server);
  const connection = await connectKube({ kubeconfig: kubeconfigFor(url) });
  cleanUp.push(
    close,
    () => sockets.clients.forEach(client => client.terminate()),
    () => connection.close(),
  );
  return { connection, asked };
}

function say(channel: number, text: string): Buffer {
  return Buffer.concat([Buffer.of(channel), Buffer.from(text)]);
}

const success = say(3, '{"metadata":{},"status":"Success"}');
const proxy = { namespace: 'shop', pod: 'cart', container: 'istio-proxy' };
const command = { ...proxy, command: ['pilot-agent', 'request', 'GET', 'stats?filter=a&b'] };

test.each(['v5.channel.k8s.io', 'v4.channel.k8s.io'])('a command answers what it wrote, by %s', async protocol => {
  const { connection, asked } = await nodeWith(
    socket => {
      for (const message of [say(1, 'cluster.'), say(2, 'a warning'), say(1, ''), say(1, 'upstream: 1')])
        socket.send(message);
      socket.send(success, () => socket.close());
    },
    { protocol },
  );
  const { exitCode, stdout, stderr } = await execInPod(connection, command);
  expect([exitCode, stdout.toString(), stderr.toString()]).toEqual([0, 'cluster.upstream: 1', 'a warning']);
  expect(asked[0]?.pathname).toBe('/api/v1/namespaces/shop/pods/cart/exec');
  expect(asked[0]?.searchParams.getAll('command')).toEqual(command.command);
  expect(asked[0]?.searchParams.get('container')).toBe('istio-proxy');
});

test('a command that fails answers its exit code', async () => {
  const causes = [{ reason: 'ExitCode', message: '2' }];
  const status = { status: 'Failure', reason: 'NonZeroExitCode', message: 'exit code 2', details: { causes } };
  const { connection } = await nodeWith(socket => socket.send(say(3, JSON.stringify(status))));
  expect((await execInPod(connection, command)).exitCode).toBe(2);
});

test.each<[string, (socket: WebSocket) => void, NodeOptions, object]>([
  ['may not be run', () => undefined, { status: 403 }, { code: 'forbidden' }],
  [
    'is not in the container',
    socket => socket.send(say(3, JSON.stringify({ status: 'Failure', message: 'no such file: pilot-agent' }))),
    {},
    { code: 'refused', message: expect.stringContaining('no such file: pilot-agent') as unknown },
  ],
  ['is cut off', socket => socket.close(), {}, { code: 'unreachable' }],
  ['does not end', () => undefined, {}, { code: 'timed-out' }],
  [
    'writes without an end',
    socket => {
      const more = (): void => {
        if (socket.readyState === socket.OPEN) socket.send(say(1, 'x'.repeat(1_000)), more);
      };
      more();
    },
    {},
    { code: 'bad-answer', message: expect.stringContaining('wrote more than 100000 bytes') as unknown },
  ],
])('a command that %s is an error that says so', async (_title, handle, options, expected) => {
  const { connection } = await nodeWith(handle, options);
  const limits = { maxOutput: 100_000, timeout: 1_000 };
  await expect(execInPod(connection, { ...command, ...limits })).rejects.toMatchObject(expected);
});

test('a command ends when it is no longer wanted', async () => {
  const stop = new AbortController();
  const { connection } = await nodeWith(() => stop.abort());
  await expect(execInPod(connection, command, stop.signal)).rejects.toThrow('stopped');
});
