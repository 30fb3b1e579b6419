import { createHttpListener } from './http-listener.ts';
import type { Runnable } from './lifecycle.ts';

/** What a probe is told: fine, or the sentence that says what is wrong. */
export type Health = { readonly ok: true } | { readonly ok: false; readonly problem: string };

/** `GET /healthz`: 200 while `check` says so, else 503 with the reason. */
export function createHealthListener(options: { readonly port: number; readonly check: () => Health }): Runnable {
  return createHttpListener({
    name: 'the health endpoint',
    port: options.port,
    handle: (request, response) => {
      if (request.url?.split('?')[0] !== '/healthz') return void response.writeHead(404).end();
      const health = options.check();
      if (health.ok) response.writeHead(200).end();
      else response.writeHead(503, { 'content-type': 'text/plain' }).end(health.problem);
    },
  });
}
