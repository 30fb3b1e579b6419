import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import type { SecureContextOptions, Server as TlsServer } from 'node:tls';
import { createHttpListener, type Runnable } from '@network-mapper/runtime';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { review, type AdmissionAnswer } from './admission.ts';
import type { PatchOptions } from './patch-pod.ts';

/** Bytes of a review: an object has at most 1.5 MiB in etcd, and a review has two. */
const longestBody = 4 * 2 ** 20;

export interface WebhookServerOptions {
  readonly port: number;
  readonly certificate: SecureContextOptions;
  readonly patch: () => Omit<PatchOptions, 'namespace'>;
  readonly listening?: (port: number) => void;
}

/** The webhook, over TLS; `renew` gives it another certificate while it runs. */
export function createWebhookServer({ port, certificate, patch, listening }: WebhookServerOptions): {
  readonly runnable: Runnable;
  readonly renew: (renewed: SecureContextOptions) => void;
} {
  let present = certificate;
  let server: Pick<TlsServer, 'setSecureContext'> | undefined;
  const runnable = createHttpListener({
    name: 'the webhook',
    port,
    server: handle => {
      const made = createServer(present, handle);
      server = made;
      return made;
    },
    handle: (request, response) => void answer(request, response, patch),
    ...(listening === undefined ? {} : { listening }),
    shutdownTimeout: 3_000,
  });
  return {
    runnable,
    renew: renewed => {
      present = renewed;
      server?.setSecureContext(renewed);
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  patch: WebhookServerOptions['patch'],
): Promise<void> {
  const { status, body } = await decide(request, patch);
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(JSON.stringify(body));
}

async function decide(request: IncomingMessage, patch: WebhookServerOptions['patch']): Promise<AdmissionAnswer> {
  if (request.method !== 'POST' || request.url?.split('?')[0] !== '/mutate-v1-pod')
    return { status: 404, body: { message: 'POST /mutate-v1-pod is all there is' } };
  if (Number(request.headers['content-length'] ?? longestBody) > longestBody)
    return { status: 413, body: { message: `a review has ${longestBody} bytes at most, and says how many` } };
  return review(await text(request), patch());
}
