import type { IncomingMessage, ServerResponse } from 'node:http';
import { mapperHeader } from '@network-mapper/api';
import { RequestError, sendErrors, type GraphqlEndpoint } from './graphql-endpoint.ts';
import { readRequest } from './request-body.ts';

export interface ApiOptions {
  readonly graphql: GraphqlEndpoint;
  /** Tells this run of the mapper from others. */
  readonly instance: string;
  /** Origins whose pages may ask; `*` is any. Empty: none. */
  readonly corsOrigins: readonly string[];
  /** What stands against being asked: empty when ready. */
  readonly problems: () => readonly string[];
  /** False until the mapper knows the cluster, and again when it is about to end. */
  readonly ready: () => boolean;
  /** Told of errors that are ours, not the client's. */
  readonly onFailure: (error: unknown) => void;
}

/** Answers the HTTP requests of the API: `/query`, `/healthz` and `/readyz`. */
export function createApiHandler(options: ApiOptions): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      const refusal = error instanceof RequestError ? error : undefined;
      if (refusal === undefined) options.onFailure(error);
      if (response.headersSent) return void response.destroy();
      // The rest of a body that is refused is not read.
      if (refusal?.status === 413) response.setHeader('connection', 'close');
      sendErrors(response, refusal?.status ?? 500, [{ message: refusal?.message ?? 'internal system error' }]);
    });
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, options: ApiOptions): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://mapper');
  if (url === null) throw new RequestError(400, 'the address of the request is malformed');
  const path = url.pathname.length > 1 && url.pathname.endsWith('/') ? url.pathname.slice(0, -1) : url.pathname;
  response.setHeader('vary', 'Origin');
  response.setHeader(mapperHeader, options.instance);
  allowOrigin(request, response, options.corsOrigins);
  if (request.method === 'OPTIONS') return void response.writeHead(204).end();
  switch (path) {
    case '/query': {
      if (request.method === 'HEAD') return void response.writeHead(405).end();
      const graphqlRequest = await readRequest(request, url);
      return options.graphql.answer(graphqlRequest, response, { readOnly: request.method === 'GET' });
    }
    case '/healthz':
      return void response.writeHead(request.method === 'GET' ? 200 : 405).end();
    case '/readyz': {
      const body = options
        .problems()
        .map(problem => `${problem}\n`)
        .join('');
      return void response.writeHead(options.ready() ? 200 : 503, { 'content-type': 'text/plain' }).end(body);
    }
    default:
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}\n');
  }
}

function allowOrigin(request: IncomingMessage, response: ServerResponse, origins: readonly string[]): void {
  const { origin } = request.headers;
  if (origin === undefined || !(origins.includes('*') || origins.includes(origin))) return;
  response.setHeader('access-control-allow-origin', origins.includes('*') ? '*' : origin);
  if (request.method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', 'GET,HEAD,PUT,PATCH,POST,DELETE');
  const wanted = request.headers['access-control-request-headers'];
  if (wanted !== undefined) response.setHeader('access-control-allow-headers', wanted);
}
