import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { createLogger } from '@network-mapper/runtime';
import { ReasonCounts } from '@network-mapper/reporting';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Distrust } from './distrust.ts';
import { createProxyServer, type ProxySkip } from './proxy-server.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('the proxy listens at its port, also where nobody wants to be told', { timeout: 120_000 }, async () => {
  const port = await freePort();
  const skipped = new ReasonCounts<ProxySkip>();
  const server = createProxyServer({
    name: 'the proxy',
    port,
    podAt: () => undefined,
    isAws: () => false,
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
  await vi.waitUntil(
    async () => {
      const socket = connect({ host: '127.0.0.1', port });
      const isOpen = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      socket.destroy();
      return isOpen;
    },
    { timeout: 60_000 },
  );
  await vi.waitUntil(() => skipped.entries().length > 0, { timeout: 60_000 });
  expect(skipped.entries()).toEqual([{ reason: 'not-opted-in', count: expect.any(Number) as number }]);
});
