import { createHttpListener } from './http-listener.ts';
import type { Runnable } from './lifecycle.ts';

export interface HealthListenerOptions {
  readonly port: number;
  /** What stands against doing the work, a sentence each; empty when ready. */
  readonly problems: () => readonly string[];
  readonly listening?: (port: number) => void;
}

/**
 * `GET /healthz`: 200 while the process lives, since a restart would mend nothing else. `GET /readyz`: 200, or 503 with
 * each problem on a line.
 */
export function createHealthListener({ port, problems, listening }: HealthListenerOptions): Runnable {
  return createHttpListener({
    name: 'the health endpoint',
    port,
    ...(listening === undefined ? {} : { listening }),
    handle: (request, response) => {
      const path = request.url?.split('?')[0];
      if (path === '/healthz') return void response.writeHead(200).end();
      if (path !== '/readyz') return void response.writeHead(404).end();
      const found = problems();
      response.writeHead(found.length === 0 ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(found.map(problem => `${problem}\n`).join(''));
    },
  });
}
