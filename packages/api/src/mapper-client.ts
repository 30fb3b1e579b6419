/** What became of one request to the mapper. */
export type MapperAnswer<T> =
  /** `mapper` tells one run of a mapper from another; undefined for the original, which does not say. */
  | { readonly kind: 'answered'; readonly data: T; readonly mapper: string | undefined }
  /** The mapper does not know a field or argument of the request: it is older than this client (HTTP 422). */
  | { readonly kind: 'unsupported'; readonly problem: string }
  /** The mapper could not be reached, or answered with an error. */
  | { readonly kind: 'failed'; readonly problem: string; readonly status?: number };

/** The header of an answer that names the run of the mapper: another value means that what the mapper held is gone. */
export const mapperHeader = 'x-mapper-instance';

export interface MapperRequest {
  readonly document: string;
  readonly operationName: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface MapperClientOptions {
  /** Address of the mapper; `/query` is appended unless it is there already. */
  readonly url: string;
  /** Milliseconds until a request is given up. */
  readonly timeout: number;
  /** Bodies of more bytes than this are sent compressed; needs a mapper that accepts `content-encoding: gzip`. */
  readonly compressAbove?: number;
  /** How a request is sent; by the platform's `fetch` when not given. */
  readonly post?: Post;
}

/** One POST of JSON. */
export interface PostRequest {
  readonly url: string;
  readonly json: string;
  /** Send it with `content-encoding: gzip`. */
  readonly compress: boolean;
  readonly signal: AbortSignal;
}

export interface PostReply {
  readonly status: number;
  readonly text: string;
  /** The value of `mapperHeader`. */
  readonly mapper: string | undefined;
}

/** Sends a request and answers the reply whatever its status; rejects when there is none. */
export type Post = (request: PostRequest) => Promise<PostReply>;

/** Asks the mapper, one HTTP POST per request. */
export class MapperClient {
  readonly url: string;
  readonly #post: Post;
  readonly #timeout: number;
  readonly #compressAbove: number;

  constructor({ url, timeout, compressAbove = Infinity, post = postByFetch }: MapperClientOptions) {
    this.#post = post;
    this.url = url.endsWith('/query') ? url : `${url.replace(/\/+$/, '')}/query`;
    this.#timeout = timeout;
    this.#compressAbove = compressAbove;
  }

  /** The data of one operation; never throws. */
  async ask<T>({ document, operationName, variables }: MapperRequest, signal?: AbortSignal): Promise<MapperAnswer<T>> {
    const limit = AbortSignal.timeout(this.#timeout);
    try {
      const json = JSON.stringify({ query: document, variables, operationName });
      const reply = await this.#post({
        url: this.url,
        json,
        compress: json.length > this.#compressAbove,
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      return toAnswer<T>(reply);
    } catch (error) {
      if (limit.aborted) return { kind: 'failed', problem: `no answer from ${this.url} within ${this.#timeout} ms` };
      return { kind: 'failed', problem: `${this.url} cannot be reached: ${reasonOf(error)}` };
    }
  }
}

async function postByFetch({ url, json, compress, signal }: PostRequest): Promise<PostReply> {
  const headers = { 'content-type': 'application/json', ...(compress ? { 'content-encoding': 'gzip' } : {}) };
  const response = await fetch(url, { method: 'POST', headers, body: compress ? await gzip(json) : json, signal });
  const mapper = response.headers.get(mapperHeader) ?? undefined;
  return { status: response.status, text: await response.text(), mapper };
}

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Response(text).body?.pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

function toAnswer<T>({ status, text, mapper }: PostReply): MapperAnswer<T> {
  const body = parseBody(text);
  const problem = body?.errors?.map(error => error.message ?? 'unknown error').join('; ');
  if (status === 422) return { kind: 'unsupported', problem: problem ?? text.slice(0, 200) };
  if (status !== 200)
    return {
      kind: 'failed',
      status,
      problem: `HTTP error status code: ${status}${problem === undefined ? '' : ` (${problem})`}`,
    };
  if (problem !== undefined) return { kind: 'failed', status, problem };
  if (body?.data === undefined || body.data === null)
    return { kind: 'failed', status, problem: 'the answer is not GraphQL' };
  // The shape of `data` is what the document asked for; the mapper's schema guarantees it.
  return { kind: 'answered', data: body.data as T, mapper };
}

interface GraphqlBody {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message?: string }[];
}

function parseBody(text: string): GraphqlBody | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : undefined;
  } catch {
    return undefined; // Not JSON: the caller says so.
  }
}

function reasonOf(error: unknown): string {
  const { cause } = error instanceof Error ? error : { cause: undefined };
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error instanceof Error ? error.message : String(error);
}
