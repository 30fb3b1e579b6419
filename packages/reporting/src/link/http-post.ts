import { after } from '@network-mapper/runtime';
import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { mapperHeader, type Post, type PostReply, type PostRequest } from '@network-mapper/api';
import { WatchedFile } from './watched-file.ts';

export interface HttpPostOptions {
  /** Milliseconds for a TCP connection to be there; then another is tried, once. */
  readonly connectTimeout?: number;
  /** Milliseconds for an answer to the smallest request; larger ones get more. */
  readonly answerTimeout?: number;
  /**
   * Milliseconds for an answer over a connection that was open before; then a new one is made. As long as over a new
   * one unless given.
   */
  readonly reusedAnswerTimeout?: number;
  /** The token that shows who reports; none is sent while there is no such file. */
  readonly tokenFile?: string | undefined;
  /** Certificates of which one must have signed the mapper's, when its address is `https:`. */
  readonly caFile?: string | undefined;
}

/**
 * A SYN that is lost is sent again after a second (RFC 6298). One that conntrack has pinned to the address of a deleted
 * pod goes there for ever: only another source port is looked up anew, and each try has another.
 */
const defaultConnectTimeout = 1_500;
const maxConnects = 2;
const defaultAnswerTimeout = 10_000;
/** What the answer may take longer for each byte of a request: 32 KB/s are less than any network of a cluster has. */
const bytesPerMillisecond = 32;
/** Milliseconds an idle connection stays open: less than the 65 s after which the mapper closes it. */
const idleTimeout = 30_000;
/** Bytes of a reply that are read; the mapper's are a hundred. */
const maxReply = 64 * 1024;

const compressed = promisify(gzip);

/** What an attempt failed of; `another`: the next one, over a new connection, may do better at once. */
class AttemptError extends Error {
  readonly another: 'connect' | 'reuse' | undefined;

  constructor(message: string, another?: 'connect' | 'reuse', cause?: unknown) {
    super(message, { cause });
    this.another = another;
  }
}

interface Protocol {
  readonly request: typeof httpRequest;
  readonly agent: Agent;
}

/** Sends by `node:http`, which takes some megabytes less than `fetch`: an agent runs on every node of a cluster. */
export class HttpPost {
  readonly #options: HttpPostOptions;
  readonly #token: WatchedFile | undefined;
  readonly #ca: WatchedFile | undefined;
  #http: Protocol | undefined;
  #https: (Protocol & { readonly ca: string | undefined }) | undefined;

  constructor(options: HttpPostOptions = {}) {
    this.#options = options;
    this.#token = options.tokenFile === undefined ? undefined : new WatchedFile(options.tokenFile);
    this.#ca = options.caFile === undefined ? undefined : new WatchedFile(options.caFile);
  }

  /** Rejects with a sentence that says how far the request came. */
  readonly post: Post = async ({ url, json, compress, signal }: PostRequest) => {
    const body = compress ? await compressed(json) : Buffer.from(json);
    const token = (await this.#token?.read())?.trim() ?? '';
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      ...(compress ? { 'content-encoding': 'gzip' } : {}),
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    };
    return this.#send({
      method: 'POST',
      url,
      headers,
      body,
      signal,
      extra: Math.ceil(json.length / bytesPerMillisecond),
    });
  };

  /** GET, with the same limits. */
  get(url: string, signal: AbortSignal): Promise<PostReply> {
    return this.#send({ method: 'GET', url, headers: {}, body: undefined, signal, extra: 0 });
  }

  async #send({ method, url, headers, body, signal, extra }: Sent): Promise<PostReply> {
    const protocol = url.startsWith('https:') ? await this.#loadHttps() : this.#loadHttp();
    const { connectTimeout = defaultConnectTimeout, answerTimeout = defaultAnswerTimeout } = this.#options;
    const limits = {
      host: new URL(url).hostname,
      connect: connectTimeout,
      answer: answerTimeout + extra,
      reusedAnswer: this.#options.reusedAnswerTimeout,
    };
    for (let connects = 1; ;) {
      try {
        const request = protocol.request(url, { method, headers, signal, agent: protocol.agent });
        return await exchange(request, body, limits);
      } catch (error) {
        // What broke one connection may have broken the idle ones as well.
        closeIdle(protocol.agent);
        if (!(error instanceof AttemptError) || error.another === undefined) throw error;
        if (error.another === 'connect' && ++connects > maxConnects) throw error;
      }
    }
  }

  /** Cuts all connections: what is under way fails. */
  dropConnections(): void {
    this.#http?.agent.destroy();
    this.#https?.agent.destroy();
  }

  #loadHttp(): Protocol {
    return (this.#http ??= { request: httpRequest, agent: new Agent(this.#agentOptions()) });
  }

  /** `node:https` is loaded only where it is needed, for what it takes. */
  async #loadHttps(): Promise<Protocol> {
    const ca = await this.#ca?.read();
    if (this.#ca !== undefined && ca === undefined)
      throw new Error(`there is no file ${this.#ca.path} with the certificates to trust`);
    if (this.#https !== undefined && this.#https.ca === ca) return this.#https;
    const { Agent: HttpsAgent, request } = await import('node:https');
    this.#https?.agent.destroy();
    this.#https = { request, ca, agent: new HttpsAgent({ ...this.#agentOptions(), ca }) };
    return this.#https;
  }

  #agentOptions(): { readonly keepAlive: boolean; readonly maxSockets: number; readonly timeout: number } {
    return { keepAlive: true, maxSockets: 2, timeout: idleTimeout };
  }
}

interface Sent {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Buffer | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds that the answer may take longer. */
  readonly extra: number;
}

interface Limits {
  readonly host: string;
  readonly connect: number;
  readonly answer: number;
  readonly reusedAnswer: number | undefined;
}

/** Sends the body and reads the reply; each step has its own limit. */
async function exchange(request: ClientRequest, body: Buffer | undefined, limits: Limits): Promise<PostReply> {
  const { host, connect, answer, reusedAnswer } = limits;
  const { promise, resolve, reject } = Promise.withResolvers<PostReply>();
  let cancel = (): void => undefined;
  const limit = (milliseconds: number, problem: string, another?: 'connect' | 'reuse'): void => {
    cancel();
    cancel = after(milliseconds, () => {
      reject(new AttemptError(`${problem} within ${milliseconds / 1000} s`, another));
      request.destroy();
    });
  };
  const limitConnect = (): void => limit(connect, 'no connection', 'connect');
  const limitAnswer = (): void => {
    if (request.reusedSocket && reusedAnswer !== undefined) limit(reusedAnswer, 'no answer', 'reuse');
    else limit(answer, 'connected, but no answer');
  };

  limit(answer, `no address for ${host}`);
  request.once('socket', socket => {
    if (!socket.connecting) limitAnswer();
    else if (isIP(host.replace(/^\[|\]$/g, '')) > 0) limitConnect();
    else socket.once('lookup', limitConnect);
    if (socket.connecting) socket.once('connect', limitAnswer);
  });
  request.once('response', response => void read(response).then(resolve, reject));
  request.on('error', error => {
    reject(isBroken(request, error) ? new AttemptError(error.message, 'reuse', error) : error);
  });
  request.end(body);
  try {
    return await promise;
  } finally {
    cancel();
  }
}

/** A connection that was open already and that the other side had closed meanwhile. */
function isBroken(request: ClientRequest, error: Error): boolean {
  return request.reusedSocket && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function closeIdle(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

async function read(response: IncomingMessage): Promise<PostReply> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > maxReply) throw new Error(`a reply of more than ${maxReply} bytes`);
  }
  const mapper = response.headers[mapperHeader];
  return { status: response.statusCode ?? 0, text, mapper: typeof mapper === 'string' ? mapper : undefined };
}
