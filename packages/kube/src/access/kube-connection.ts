import { request as requestHttp, Agent as HttpAgent, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps, Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions } from 'node:https';
import { createSecureContext } from 'node:tls';
import { KubeConfigError, type ClusterAccess } from './cluster-access.ts';
import { DecodeError } from '../decode/decode-error.ts';
import type { Decoder } from '../decode/decoder.ts';
import { KubeError } from './kube-error.ts';
import { decodeBody, readBody, splitLines } from './response-body.ts';

export interface GetOptions {
  /** Content types in order of preference; JSON unless given. */
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface PatchOptions {
  /** What is to change, as RFC 7396 has it: null removes a member, a list replaces the list. */
  readonly change: unknown;
  readonly signal?: AbortSignal | undefined;
}

export interface StreamOptions {
  readonly accept?: string;
  readonly signal: AbortSignal;
  /** Milliseconds without a byte after which the connection counts as broken. */
  readonly idleLimit: number;
}

export interface Answer {
  readonly contentType: string;
  readonly body: Buffer;
}

export interface DecodedOptions<T> {
  readonly accept: string;
  readonly signal: AbortSignal;
  /** What takes an answer of this content type. */
  readonly decoder: (contentType: string) => Decoder<T>;
}

interface Request {
  readonly method: 'GET' | 'PATCH' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const json = 'application/json';

/** Milliseconds. */
const defaultRequestTimeout = 30_000;

/** Requests that run at once; further ones wait for a free connection. Watches do not count. */
const parallelRequests = 50;

/** HTTP to the API server over kept connections. Every failure is a KubeError. */
export class KubeConnection {
  readonly access: ClusterAccess;
  readonly #requestTimeout: number;
  readonly #requests: HttpAgent;
  readonly #streams: HttpAgent;

  /** `requestTimeout`: milliseconds until an answer must be there, or have begun where it is a stream. */
  constructor(
    access: ClusterAccess,
    { requestTimeout = defaultRequestTimeout }: { readonly requestTimeout?: number | undefined } = {},
  ) {
    this.access = access;
    this.#requestTimeout = requestTimeout;
    const Agent = access.server.protocol === 'https:' ? HttpsAgent : HttpAgent;
    const options = agentOptions(access);
    this.#requests = new Agent({ ...options, maxSockets: parallelRequests });
    this.#streams = new Agent(options);
  }

  /** `https://host:port`, for messages. */
  get server(): string {
    return this.access.server.origin;
  }

  /** GET `path` (with its query). Throws KubeError for every status but 2xx. */
  get(path: string, { accept, signal }: GetOptions = {}): Promise<Answer> {
    return this.#ask({ method: 'GET', path, headers: { accept: accept ?? json } }, signal);
  }

  /**
   * GET `path`, decoded while it comes; asked for in gzip, as client-go does. Throws KubeError for every status but
   * 200, and DecodeError.
   */
  async getDecoded<T>(path: string, { accept, signal, decoder: begin }: DecodedOptions<T>): Promise<T> {
    const request: Request = { method: 'GET', path, headers: { accept, 'accept-encoding': 'gzip' } };
    const name = this.#nameOf(request);
    try {
      // The watch that follows a list then goes on over its connection, without another handshake.
      const response = await this.#send(request, { agent: this.#streams, signal });
      response.setTimeout(this.#requestTimeout, () => response.destroy(this.#late(name)));
      const status = response.statusCode ?? 0;
      if (status !== 200) throw statusError({ status, body: await readBody(response, name), request: name });
      return await decodeBody(response, begin(response.headers['content-type'] ?? ''));
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof DecodeError ? error : KubeError.ofFailure(error, name);
    }
  }

  /** PATCH of the object at `path`, by JSON merge patch. Throws KubeError for every status but 2xx. */
  async mergePatch(path: string, { change, signal }: PatchOptions): Promise<void> {
    const headers = { accept: json, 'content-type': 'application/merge-patch+json' };
    await this.#ask({ method: 'PATCH', path, headers, body: JSON.stringify(change) }, signal);
  }

  /** POST of an object that is answered, such as a TokenReview. Throws KubeError for every status but 2xx. */
  async create(path: string, object: object, signal?: AbortSignal): Promise<unknown> {
    const headers = { accept: json, 'content-type': json };
    const request: Request = { method: 'POST', path, headers, body: JSON.stringify(object) };
    const { body } = await this.#ask(request, signal);
    return parseJson({ text: body.toString('utf8'), request: this.#nameOf(request) });
  }

  async #ask(request: Request, stop: AbortSignal | undefined): Promise<Answer> {
    const deadline = AbortSignal.timeout(this.#requestTimeout);
    const signal = stop ? AbortSignal.any([stop, deadline]) : deadline;
    const name = this.#nameOf(request);
    try {
      const response = await this.#send(request, { agent: this.#requests, signal });
      const body = await readBody(response, name);
      const status = response.statusCode ?? 0;
      if (status < 200 || status > 299) throw statusError({ status, body, request: name });
      return { contentType: response.headers['content-type'] ?? '', body };
    } catch (error) {
      stop?.throwIfAborted();
      throw deadline.aborted ? this.#late(name) : KubeError.ofFailure(error, name);
    }
  }

  /** A request in messages: without its query, so that a failure reads the same each time. */
  #nameOf({ method, path }: Pick<Request, 'method' | 'path'>): string {
    return `${method} ${this.server}${path.replace(/\?.*/, '')}`;
  }

  #late(name: string): KubeError {
    return new KubeError('timed-out', `${name}: no answer within ${this.#requestTimeout / 1000} s`);
  }

  /** GET `path` as JSON. */
  async getJson(path: string, options: GetOptions = {}): Promise<unknown> {
    const { body } = await this.get(path, options);
    return parseJson({ text: body.toString('utf8'), request: this.#nameOf({ method: 'GET', path }) });
  }

  /**
   * The lines of an answer as they come (a watch, a followed log), until the server ends it. `opened` is called when
   * the server has accepted the request.
   */
  async *lines(path: string, options: StreamOptions, opened: () => void = () => undefined): AsyncGenerator<string> {
    const get: Request = { method: 'GET', path, headers: { accept: options.accept ?? json } };
    const request = this.#nameOf(get);
    try {
      const response = await this.#send(get, { agent: this.#streams, signal: options.signal });
      const status = response.statusCode ?? 0;
      if (status !== 200) throw statusError({ status, body: await readBody(response, request), request });
      response.setTimeout(options.idleLimit, () => {
        response.destroy(new KubeError('timed-out', `${request}: nothing came for ${options.idleLimit / 1000} s`));
      });
      opened();
      yield* splitLines(response, request);
    } catch (error) {
      options.signal.throwIfAborted();
      throw KubeError.ofFailure(error, request);
    }
  }

  /** For connections that stay: WebSockets go the same way (proxy, certificates) as everything else. */
  get streamAgent(): HttpAgent {
    return this.#streams;
  }

  /** Closes the idle connections. */
  close(): void {
    this.#requests.destroy();
    this.#streams.destroy();
  }

  async #send(
    asked: Request,
    options: { readonly agent: HttpAgent; readonly signal: AbortSignal },
  ): Promise<IncomingMessage> {
    const { server } = this.access;
    const base = server.pathname.replace(/\/$/, '');
    // Audit logs name the client by this, and the API server names it as the manager of the fields that it changes.
    const headers = { 'user-agent': 'network-mapper', ...asked.headers, ...(await this.access.headers()) };
    const { method } = asked;
    const details: RequestOptions = { method, path: `${base}${asked.path}`, headers, ...options };
    const send = () =>
      new Promise<IncomingMessage>((answered, failed) => {
        const request = (server.protocol === 'https:' ? requestHttps : requestHttp)(server, details);
        const giveUp = () => request.destroy(this.#late(this.#nameOf(asked)));
        request.setTimeout(this.#requestTimeout, giveUp);
        request.on('response', response => {
          request.off('timeout', giveUp);
          answered(response);
        });
        request.on('error', error => {
          // A kept connection that the server closed while the request was on its way: nothing was answered, so ask
          // again. A merge patch that came through after all changes nothing the second time.
          const staleConnection = request.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
          if (staleConnection && !options.signal.aborted) send().then(answered, failed);
          else failed(error);
        });
        request.end(asked.body);
      });
    return send();
  }
}

function agentOptions({ server, tls, proxyUrl }: ClusterAccess): HttpsAgentOptions {
  const proxyEnv = proxyUrl === undefined ? undefined : { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl };
  const options = { keepAlive: true, ...(proxyEnv && { proxyEnv }) };
  if (server.protocol !== 'https:') return options;
  const { ca, cert, key, ...rest } = tls;
  try {
    // Certificates are read once, not for every connection: each list and watch has its own.
    return { ...options, ...rest, secureContext: createSecureContext({ ca, cert, key }) };
  } catch (cause) {
    throw new KubeConfigError(`The certificates for ${server.origin} cannot be read: ${String(cause)}`, { cause });
  }
}

export function parseJson({ text, request }: { readonly text: string; readonly request: string }): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KubeError('bad-answer', `${request}: the answer is not JSON`, { cause });
  }
}

function statusError(answer: { readonly status: number; readonly body: Buffer; readonly request: string }): KubeError {
  return KubeError.ofStatus({ status: answer.status, request: answer.request, ...statusObject(answer.body) });
}

/**
 * What the API's Status object says, if the body is one: proxies answer in HTML, and some errors come as plain text.
 */
function statusObject(body: Buffer): { readonly message?: string; readonly reason?: string } {
  let status: unknown;
  try {
    status = JSON.parse(body.toString('utf8'));
  } catch (error) {
    return error instanceof SyntaxError ? {} : { message: String(error) };
  }
  if (typeof status !== 'object' || status === null) return {};
  return {
    ...('message' in status && typeof status.message === 'string' && { message: status.message }),
    ...('reason' in status && typeof status.reason === 'string' && { reason: status.reason }),
  };
}
