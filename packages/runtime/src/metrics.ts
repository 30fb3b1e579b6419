import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createHttpListener } from './http-listener.ts';
import type { Runnable } from './lifecycle.ts';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * A registry that already holds the process's own metrics (memory, CPU, event loop).
 * @param loopTimer Milliseconds of the timer that measures how long the event loop is held; what it measures includes
 * them.
 */
export function createRegistry({ loopTimer = 10 }: { readonly loopTimer?: number } = {}): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopTimer });
  return registry;
}

/** Metrics that are too many for a registry, which renders all at once. */
export interface LargeMetrics {
  /** Called before the registry is rendered, which may have metrics about these. */
  update(): Promise<void>;
  /** In Prometheus' text format, in pieces. */
  text(): AsyncIterable<string>;
}

export interface MetricsListenerOptions {
  readonly port: number;
  readonly registry: Registry;
  readonly large?: LargeMetrics | undefined;
  readonly listening?: (port: number) => void;
}

/** `GET /metrics` in Prometheus' text format. */
export function createMetricsListener({ port, registry, large, listening }: MetricsListenerOptions): Runnable {
  return createHttpListener({
    name: 'the metrics endpoint',
    port,
    ...(listening === undefined ? {} : { listening }),
    handle: (request, response) => {
      if (request.url?.split('?')[0] !== '/metrics') return void response.writeHead(404).end();
      answer(response, registry, large).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else response.writeHead(500).end(String(error));
      });
    },
  });
}

async function answer(response: ServerResponse, registry: Registry, large: LargeMetrics | undefined): Promise<void> {
  await large?.update();
  const text = await registry.metrics();
  response.writeHead(200, { 'content-type': registry.contentType });
  if (large === undefined) return void response.end(text);
  response.write(text);
  await pipeline(Readable.from(large.text()), response);
}
