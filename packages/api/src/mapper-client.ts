import type { Operation } from './operation.ts';

/** What became of one request to the mapper. */
export type MapperAnswer<T> =
  /** `mapper` distinguishes one run of a mapper from another; undefined for the original, which does not say. */
  | { readonly kind: 'answered'; readonly data: T; readonly mapper: string | undefined }
  /**
   * The mapper does not know a field or argument of the request: it is older than this client (HTTP 422). `isMappers`
   * is false when something else may have answered in its place.
   */
  | {
      readonly kind: 'unsupported';
      readonly problem: string;
      readonly isMappers: boolean;
      readonly mapper: string | undefined;
    }
  /** The mapper answered with an error: it names itself, or the answer is GraphQL's. */
  | {
      readonly kind: 'refused';
      readonly problem: string;
      readonly status: number;
      readonly mapper: string | undefined;
    }
  /** The mapper could not be reached, or something else answered in its place: a proxy, another server. */
  | { readonly kind: 'failed'; readonly problem: string; readonly status?: number };

/** The header of an answer that names the run of the mapper: another value means that what the mapper held is gone. */
export const mapperHeader = 'x-mapper-instance';

/** An operation with values for its variables. */
export interface MapperRequest<Data = unknown, Variables = Readonly<Record<string, unknown>>> extends Operation<
  Data,
  Variables
> {
  readonly variables?: NoInfer<Variables>;
}

export interface MapperClientOptions {
  /** Address of the mapper; `/query` is appended unless it is there already. */
  readonly url: string;
  /** Milliseconds until a request is given up. */
  readonly timeout: number;
  /** Bodies of more bytes than this are sent compressed; needs a mapper that accepts `content-encoding: gzip`. */
  readonly compressAbove?: number;
  /** A bearer token (RFC 6750) for the platform's `fetch`. */
  readonly token?: string | undefined;
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

  constructor({ url, timeout, compressAbove = Infinity, token, post = fetchWith(token) }: MapperClientOptions) {
    this.#post = post;
    this.url = url.endsWith('/query') ? url : `${url.replace(/\/+$/, '')}/query`;
    this.#timeout = timeout;
    this.#compressAbove = compressAbove;
  }

  /** The data of one operation; never throws. */
  async ask<Data, Variables = Readonly<Record<string, unknown>>>(
    { document, operationName, variables }: MapperRequest<Data, Variables>,
    signal?: AbortSignal,
  ): Promise<MapperAnswer<Data>> {
    const limit = AbortSignal.timeout(this.#timeout);
    try {
      const json = JSON.stringify({ query: document, variables, operationName });
      const reply = await this.#post({
        url: this.url,
        json,
        compress: json.length > this.#compressAbove,
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      return toAnswer<Data>(reply);
    } catch (error) {
      if (limit.aborted) return { kind: 'failed', problem: `no answer from ${this.url} within ${this.#timeout} ms` };
      return { kind: 'failed', problem: `${this.url} cannot be reached: ${reasonOf(error)}` };
    }
  }
}

function fetchWith(token: string | undefined): Post {
  return async ({ url, json, compress, signal }) => {
    const headers = {
      'content-type': 'application/json',
      ...(compress && { 'content-encoding': 'gzip' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const body = compress ? await gzip(json) : json;
    const response = await fetch(url, { method: 'POST', headers, body, signal });
    const mapper = response.headers.get(mapperHeader) ?? undefined;
    return { status: response.status, text: await response.text(), mapper };
  };
}

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Response(text).body?.pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

function toAnswer<T>({ status, text, mapper }: PostReply): MapperAnswer<T> {
  const body = parseBody(text);
  const errors = body?.errors?.map(error => error.message ?? 'unknown error').join('; ');
  const isMappers = mapper !== undefined || errors !== undefined;
  if (status === 200 && errors === undefined) {
    if (body?.data === undefined || body.data === null)
      return { kind: 'failed', status, problem: 'the answer is not GraphQL' };
    // The shape of `data` is what the document asked for; the mapper's schema guarantees it.
    return { kind: 'answered', data: body.data as T, mapper };
  }
  if (status === 422) return { kind: 'unsupported', problem: errors ?? text.slice(0, 200), isMappers, mapper };
  const problem =
    status === 200 ? (errors ?? '') : `HTTP error status code: ${status}${errors === undefined ? '' : ` (${errors})`}`;
  return isMappers ? { kind: 'refused', status, problem, mapper } : { kind: 'failed', status, problem };
}

interface GraphqlBody {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message?: string }[] | undefined;
}

function parseBody(text: string): GraphqlBody | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null) return undefined;
    return { data: 'data' in body ? body.data : undefined, errors: errorsOf(body) };
  } catch {
    return undefined; // Not JSON: the caller says so.
  }
}

/** A list with an error at least, as GraphQL has it: other servers' answers have a text or an object there. */
function errorsOf(body: object): readonly { readonly message?: string }[] | undefined {
  if (!('errors' in body) || !Array.isArray(body.errors) || body.errors.length === 0) return undefined;
  const messages = body.errors.map((error: unknown) =>
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
      ? { message: error.message }
      : undefined,
  );
  return messages.every(error => error !== undefined) ? messages : undefined;
}

function reasonOf(error: unknown): string {
  const { cause } = error instanceof Error ? error : { cause: undefined };
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error instanceof Error ? error.message : String(error);
}
