import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { createLogger } from '@network-mapper/runtime';
import { ReasonCounts } from '@network-mapper/model';
import { freePort } from '@network-mapper/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Distrust } from './distrust.ts';
import { createProxyServer } from './proxy-server.ts';
import type { OptedInPod, ProxyOptions, ProxySkip } from './served.ts';

const patient = 60_000;
const limit = { timeout: 2 * patient };

interface RunningServer {
  readonly port: number;
  readonly reasons: () => readonly string[];
}

async function startServer(
  podAt: () => OptedInPod | undefined,
  more: Pick<ProxyOptions, 'isAws' | 'target'> = { isAws: () => false },
): Promise<RunningServer> {
  const port = await freePort();
  const skipped = new ReasonCounts<ProxySkip>();
  const server = createProxyServer({
    name: 'the proxy',
    port,
    podAt,
    ...more,
    certificateFor: () => Promise.reject(new Error('nobody is served')),
    distrust: new Distrust(),
    skipped,
    exchanged: () => undefined,
    logger: createLogger({ name: 'test', debug: false }),
  });
  const stop = new AbortController();
  const running = server.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  return { port, reasons: () => skipped.entries().map(({ reason }) => reason) };
}

/** Connects as soon as somebody listens, and sends a request for what is not AWS. */
async function send(port: number): Promise<void> {
  await vi.waitUntil(
    async () => {
      const socket = connect({ host: '127.0.0.1', port });
      const isOpen = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      if (isOpen) socket.on('error', () => undefined).write('GET / HTTP/1.1\r\nHost: example.com\r\n\r\n');
      return isOpen;
    },
    { timeout: patient },
  );
}

test('the proxy listens at its port, also where nobody asks for the port', limit, async () => {
  const { port, reasons } = await startServer(() => undefined);
  await send(port);
  await vi.waitUntil(() => reasons().length > 0, { timeout: patient });
  expect(reasons()).toEqual(['not-opted-in']);
});

test('a pod that calls before its address is known is waited for', limit, async () => {
  let asked = 0;
  const { port, reasons } = await startServer(() =>
    ++asked < 4 ? undefined : { name: 'web', namespace: 'shop', uid: '1', role: undefined, podIdentity: false },
  );
  await send(port);
  await vi.waitUntil(() => reasons().length > 0, { timeout: patient });
  // It is known by then, and what it asks for is looked at.
  expect(reasons()).toEqual(['not-aws']);
});

test('what passes and is no HTTP is counted', limit, async () => {
  const server = createServer(socket => socket.on('error', () => undefined).end('220 ready\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const aws = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const pod = { name: 'web', namespace: 'shop', uid: '1', role: undefined, podIdentity: false };
  const { port, reasons } = await startServer(() => pod, { isAws: () => true, target: () => aws });
  const client = connect({ host: '127.0.0.1', port });
  client.on('error', () => undefined).end('GET / HTTP/1.1\r\nHost: sqs.eu-west-1.amazonaws.com\r\n\r\n');
  const [answer] = (await once(client, 'data')) as [Buffer];
  // It passed all the same.
  expect(answer.toString()).toBe('220 ready\r\n\r\n');
  await vi.waitUntil(() => reasons().length > 0, { timeout: patient });
  expect(reasons()).toEqual(['not-http']);
});
