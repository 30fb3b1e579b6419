import { Agent as HttpAgent, request as requestHttp, type ClientRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { createSecureContext, getCACertificates } from 'node:tls';
import { after, wallTime } from '@network-mapper/runtime';
import { bypassesProxy, type ProxyVariables } from './proxy-variables.ts';

export interface HttpClientOptions {
  /** Certificates in PEM that are trusted beside those of the system. */
  readonly extraCas?: readonly string[];
  readonly proxy?: ProxyVariables;
}

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds until the whole answer must be there. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

export interface PostAnswer {
  readonly status: number;
  /** In lower case. */
  readonly contentType: string;
  readonly body: string;
  /** Milliseconds until the server wants to be asked again; 0 when it does not say. */
  readonly retryAfter: number;
}

/** There was no answer. */
export class HttpError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HttpError';
  }
}

/** Bytes of an answer. */
const maxAnswer = 2 ** 20;

/**
 * Posts to servers outside the cluster: by HTTPS whose certificates are verified, through the proxy that the
 * environment names, with kept connections. Redirects are not followed: what is sent is for the server that was named.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #agents = new Map<string, HttpAgent>();

  constructor(options: HttpClientOptions = {}) {
    this.#options = options;
  }

  /** The answer, whatever its status. Throws HttpError. */
  async post({ url, headers, body, timeout, signal }: Post): Promise<PostAnswer> {
    const target = new URL(url);
    const name = `POST ${target.origin}${target.pathname}`;
    signal.throwIfAborted();
    const details: RequestOptions = {
      method: 'POST',
      agent: this.#agentFor(target),
      headers: { 'user-agent': 'network-mapper', ...headers, 'content-length': Buffer.byteLength(body) },
    };
    const under: { request?: ClientRequest; isLate: boolean } = { isLate: false };
    // Signals of its own would be more work than the request: there may be thousands in a second.
    const cancel = after(timeout, () => {
      under.isLate = true;
      under.request?.destroy(new Error('late'));
    });
    const abort = (): void => void under.request?.destroy(new Error('stopped'));
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await exchange(target, { details, body }, request => {
        under.request = request;
      });
    } catch (cause) {
      signal.throwIfAborted();
      if (under.isLate) throw new HttpError(`${name}: no answer within ${timeout / 1000} s`);
      throw new HttpError(name, { cause });
    } finally {
      cancel();
      signal.removeEventListener('abort', abort);
    }
  }

  /** Closes the kept connections. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #agentFor(url: URL): HttpAgent {
    const { proxy, extraCas = [] } = this.#options;
    const direct = proxy === undefined || bypassesProxy(url, proxy);
    const key = `${url.protocol} ${direct}`;
    let agent = this.#agents.get(key);
    if (agent === undefined) {
      const options = { keepAlive: true, ...(direct ? {} : { proxyEnv: { ...proxy } }) };
      agent =
        url.protocol === 'https:'
          ? new HttpsAgent({ ...options, ...(extraCas.length === 0 ? {} : { secureContext: trusting(extraCas) }) })
          : new HttpAgent(options);
      this.#agents.set(key, agent);
    }
    return agent;
  }
}

/** Read once, and not for every connection. */
function trusting(extraCas: readonly string[]): ReturnType<typeof createSecureContext> {
  return createSecureContext({ ca: [...getCACertificates('default'), ...extraCas] });
}

/** `began` is called with each request that is made of it. */
function exchange(
  url: URL,
  { details, body }: { readonly details: RequestOptions; readonly body: string },
  began: (request: ClientRequest) => void,
): Promise<PostAnswer> {
  return new Promise((answered, failed) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, details, response => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxAnswer) request.destroy(new Error(`the answer is longer than ${maxAnswer} bytes`));
        else chunks.push(chunk);
      });
      response.on('error', failed);
      response.on('end', () =>
        answered({
          status: response.statusCode ?? 0,
          contentType: (response.headers['content-type'] ?? '').toLowerCase(),
          body: Buffer.concat(chunks).toString('utf8'),
          retryAfter: toMilliseconds(response.headers['retry-after']),
        }),
      );
    });
    request.on('error', error => {
      // A kept connection that the server closed meanwhile. What came through all the same comes twice, as after any
      // failure.
      const staleConnection = request.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
      if (staleConnection) exchange(url, { details, body }, began).then(answered, failed);
      else failed(error);
    });
    began(request);
    request.end(body);
  });
}

/** `Retry-After`: seconds, or a date (RFC 9110 section 10.2.3). */
function toMilliseconds(retryAfter = ''): number {
  const wait = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - wallTime();
  return Number.isFinite(wait) ? Math.max(wait, 0) : 0;
}
