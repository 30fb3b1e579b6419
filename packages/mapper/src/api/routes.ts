import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { mapperHeader } from '@network-mapper/api';
import { acceptedForm } from './answer-form.ts';
import type { Access, Decision } from '../auth/access.ts';
import { UndecidedError } from '../auth/decisions.ts';
import type { Guard } from '../auth/guard.ts';
import type { TrafficMap } from '../store/traffic-map.ts';
import type { BytesInFlight } from './bytes-in-flight.ts';
import type { GraphqlEndpoint } from './graphql-endpoint.ts';
import { answerNodeGraph, type GraphFrame } from './node-graph.ts';
import { readRequest } from './request-body.ts';
import { RequestError } from './request-error.ts';
import { foreignness, isAllowedOrigin, type OriginOptions } from './request-origin.ts';
import { sendErrors } from './send-errors.ts';

export interface RoutesOptions {
  readonly graphql: GraphqlEndpoint;
  readonly map: TrafficMap;
  /** Distinguishes what this mapper knows from what another knew, or this one before it was reset. */
  readonly instance: () => string;
  readonly origins: OriginOptions;
  /** Who may. */
  readonly guard: Guard;
  /** Room for the bodies of all requests. */
  readonly room: BytesInFlight;
  /** True while memory is so short that nothing more may be taken in. */
  readonly memoryIsShort: () => boolean;
  /** What stands against being asked: empty when ready. */
  readonly problems: () => readonly string[];
  /** False until the mapper knows the cluster, and again when it is about to end. */
  readonly ready: () => boolean;
  /** Called with errors that are ours, not the client's. */
  readonly onFailure: (error: unknown) => void;
  /** Called for each request that is refused without a look at what it asks. */
  readonly onRefused: (status: number) => void;
}

/** Bytes of a refused body that are still read. The time limit for requests holds for them too. */
const maxDiscarded = 64 * 1024 * 1024;
/** Seconds after which a mapper whose memory is short may be asked again. */
const retryAfter = 5;

/** Answers the HTTP requests of the API: `/query`, `/api/graph/…`, `/healthz` and `/readyz`. */
export function createRoutes(options: RoutesOptions): RequestListener {
  return (request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      const refusal = error instanceof RequestError ? error : undefined;
      if (refusal === undefined) options.onFailure(error);
      else options.onRefused(refusal.status);
      if (response.headersSent || response.destroyed) return void response.destroy();
      endBody(request, response);
      if (refusal?.retryAfter !== undefined) response.setHeader('retry-after', refusal.retryAfter);
      const message = refusal?.message ?? 'internal system error';
      sendErrors(response, acceptedForm(request.headers.accept), {
        status: refusal?.status ?? 500,
        errors: [{ message }],
      });
    });
  };
}

/**
 * A client that is still sending would not see the answer if the connection were closed: what is left of a body that is
 * refused is read and thrown away, unless it is very long.
 */
function endBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete) return;
  if (Number(request.headers['content-length'] ?? 0) > maxDiscarded) response.setHeader('connection', 'close');
  else request.resume();
}

async function answer(request: IncomingMessage, response: ServerResponse, options: RoutesOptions): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://mapper');
  if (url === null) throw new RequestError(400, 'the address of the request is malformed');
  const path = url.pathname.length > 1 && url.pathname.endsWith('/') ? url.pathname.slice(0, -1) : url.pathname;
  response.setHeader('vary', 'Origin');
  response.setHeader(mapperHeader, options.instance());
  allowOrigin(request, response, options.origins.corsOrigins);
  if (request.method === 'OPTIONS') return void response.writeHead(204).end();
  switch (path) {
    case '/query':
      return answerQuery(request, response, { ...options, url });
    case '/api/graph/nodes':
      return answerGraph(request, response, { ...options, url, frame: 'nodes' });
    case '/api/graph/edges':
      return answerGraph(request, response, { ...options, url, frame: 'edges' });
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

async function answerQuery(
  request: IncomingMessage,
  response: ServerResponse,
  { graphql, origins, room, memoryIsShort, url, guard }: RoutesOptions & { readonly url: URL },
): Promise<void> {
  if (request.method === 'HEAD') return void response.writeHead(405).end();
  refuseForeign(request, origins);
  if (memoryIsShort()) throw new RequestError(503, 'the mapper is short of memory: try again later', retryAfter);
  const caller = await undecided(guard.identify(request));
  using read = await readRequest(request, url, room);
  await graphql.answer(read.graphql, response, {
    form: acceptedForm(request.headers.accept),
    readOnly: request.method === 'GET',
    authorize: async fields => {
      const decision = await undecided(guard.decide(caller, fields));
      return withSender(allowedAccess(decision, response), request.socket.remoteAddress ?? '');
    },
  });
}

/** The map as a list of nodes or edges: for whoever may ask for the calls on it, as far as they may. */
async function answerGraph(
  request: IncomingMessage,
  response: ServerResponse,
  options: RoutesOptions & { readonly url: URL; readonly frame: GraphFrame },
): Promise<void> {
  const { origins, memoryIsShort, url, guard, map, frame } = options;
  if (request.method !== 'GET') return void response.writeHead(405, { allow: 'GET' }).end();
  refuseForeign(request, origins);
  if (memoryIsShort()) throw new RequestError(503, 'the mapper is short of memory: try again later', retryAfter);
  const caller = await undecided(guard.identify(request));
  const { edges: scope } = allowedAccess(await undecided(guard.decide(caller, ['intents'])), response);
  await answerNodeGraph(response, url, { map, scope, frame });
}

function refuseForeign(request: IncomingMessage, origins: OriginOptions): void {
  const foreign = foreignness(request, origins);
  if (foreign !== undefined) throw new RequestError(403, foreign);
}

function allowedAccess(decision: Decision, response: ServerResponse): Access {
  if (decision.kind === 'allowed') return decision.access;
  if (decision.status === 401) response.setHeader('www-authenticate', 'Bearer');
  throw new RequestError(decision.status, decision.problem);
}

function allowOrigin(request: IncomingMessage, response: ServerResponse, origins: readonly string[]): void {
  const { origin } = request.headers;
  if (origin === undefined || !isAllowedOrigin(origin, origins)) return;
  response.setHeader('access-control-allow-origin', origins.includes('*') ? '*' : origin);
  if (request.method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', 'GET,HEAD,PUT,PATCH,POST,DELETE');
  const wanted = request.headers['access-control-request-headers'];
  if (wanted !== undefined) response.setHeader('access-control-allow-headers', wanted);
}

/** Whoever is not known by name is known by address: what one sender may take up is not taken from others. */
function withSender(access: Access, address: string): Access {
  return access.sender.name === '' ? { ...access, sender: { ...access.sender, name: address } } : access;
}

/** While the API server is away, what is not known from before is refused. */
async function undecided<T>(decision: Promise<T>): Promise<T> {
  try {
    return await decision;
  } catch (error) {
    if (error instanceof UndecidedError) throw new RequestError(503, error.message, retryAfter);
    throw error;
  }
}
