import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectKube } from '@network-mapper/kube';
import { kubeconfigFor, listenLocally } from '@network-mapper/testkit';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { readProxy } from '../src/proxies/read-proxy.ts';
import type { CounterSample } from '../src/statistics/counter-sample.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** Asks a proxy by a command in its container, which answers so: standard output, then how it ended. */
async function askBy(output: string, ended: string): Promise<{ asked: URL[]; counters: CounterSample[] }> {
  const asked: URL[] = [];
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'v5.channel.k8s.io' });
  server.on('upgrade', (request, socket, head) => {
    asked.push(new URL(request.url ?? '', 'http://node'));
    sockets.handleUpgrade(request, socket, head, (answer: WebSocket) => {
      answer.send(Buffer.concat([Buffer.of(1), Buffer.from(output)]));
      answer.send(Buffer.concat([Buffer.of(3), Buffer.from(ended)]), () => answer.close());
    });
  });
  const { url, close } = await listenLocally(server);
  const connection = await connectKube({ kubeconfig: kubeconfigFor(url) });
  cleanUp.push(close, () => connection.close());
  const counters: CounterSample[] = [];
  const proxy = { kind: 'envoy', namespace: 'shop', pod: 'web-1', uid: 'u', ip: '127.0.0.1' } as const;
  await readProxy(proxy, {
    way: 'exec',
    connection,
    timeout: 10_000,
    signal: new AbortController().signal,
    onCounter: counter => counters.push(counter),
  });
  return { asked, counters };
}

test('a proxy is asked by the command that the original runs', async () => {
  const stats = readFileSync(join(import.meta.dirname, 'fixtures/stats.json'), 'utf8');
  const { asked, counters } = await askBy(stats, '{"status":"Success"}');
  expect(counters).toHaveLength(9);
  expect(asked[0]?.pathname).toBe('/api/v1/namespaces/shop/pods/web-1/exec');
  expect(asked[0]?.searchParams.get('container')).toBe('istio-proxy');
  expect(asked[0]?.searchParams.getAll('command')).toEqual([
    'pilot-agent',
    'request',
    'GET',
    'stats?format=json&filter=istio_requests_total',
  ]);
});

test.each([
  ['no JSON', '{"status":"Success"}'],
  ['', '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"1"}]}}'],
  ['', '{"status":"Failure","message":"container not found"}'],
])('an answer %j that ends with %s is no reading', async (output, ended) => {
  await expect(askBy(output, ended)).rejects.toThrow(/web-1/);
});
