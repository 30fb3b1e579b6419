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

/** `GET /metrics` in Prometheus' text format. */
export function createMetricsListener(options: {
  readonly port: number;
  readonly registry: Registry;
  readonly listening?: (port: number) => void;
}): Runnable {
  const { port, registry, listening } = options;
  return createHttpListener({
    name: 'the metrics endpoint',
    port,
    ...(listening === undefined ? {} : { listening }),
    handle: (request, response) => {
      if (request.url?.split('?')[0] !== '/metrics') return void response.writeHead(404).end();
      registry.metrics().then(
        text => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    },
  });
}
