import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { TimeSlice } from '@network-mapper/runtime';
import type { BytesInFlight, HeldBytes } from './bytes-in-flight.ts';
import type { GraphqlRequest } from './graphql-endpoint.ts';
import { jsonExcess } from './json-limits.ts';
import { RequestError } from './request-error.ts';

/**
 * Bytes of a body at the most, unpacked: the batches of agents stay below 150 KB, and 5,500 connections with all that
 * is known of them fit in.
 */
const maxBody = 1024 * 1024;
/** Bytes of a body whose parsing takes a millisecond or more: it waits for its turn among others of that kind. */
const longBody = 32 * 1024;
/** The first two bytes of a gzip file. */
const gzipMagic = 0x1f8b;
/** Seconds until whoever found no room tries again. */
const retryAfter = 1;

const unpack = promisify(gunzip);

/** A request, and the room its body takes until it is answered. */
export interface ReadRequest extends Disposable {
  readonly graphql: GraphqlRequest;
}

/** Reads a GraphQL request from the query string of a GET or the body of a POST. Throws RequestError. */
export async function readRequest(request: IncomingMessage, url: URL, room: BytesInFlight): Promise<ReadRequest> {
  if (request.method === 'GET')
    return { graphql: fromQueryString(url.searchParams), [Symbol.dispose]: () => undefined };
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  // A page of another origin can send forms and plain text without asking; JSON it cannot.
  if (request.method !== 'POST' || type !== 'application/json') throw new RequestError(400, 'transport not supported');
  const held = room.open(() => request.destroy());
  try {
    const body = await readBody(request, held);
    held.complete();
    if (body.length > longBody) await new TimeSlice().next();
    return { graphql: toRequest(parseJson(body)), [Symbol.dispose]: () => held.release() };
  } catch (error) {
    held.release();
    throw error;
  }
}

function fromQueryString(query: URLSearchParams): GraphqlRequest {
  const json = (name: string): unknown => {
    const text = query.get(name);
    return text === null || text === '' ? undefined : parseJson(Buffer.from(text));
  };
  return toRequest({
    query: query.get('query') ?? undefined,
    operationName: query.get('operationName') ?? undefined,
    variables: json('variables'),
    extensions: json('extensions'),
  });
}

async function readBody(request: IncomingMessage, held: HeldBytes): Promise<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw new RequestError(415, `content-encoding ${encoding} is not supported`);
  if (Number(request.headers['content-length'] ?? 0) > maxBody) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // A request that is refused is still answered: what is left of its body is read and thrown away.
    const arriving = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const chunk of arriving) {
      length += chunk.length;
      if (length > maxBody) throw tooLarge();
      if (!held.grow(chunk.length)) throw noRoom();
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks);
    return encoding === 'identity' ? body : await unpacked(body, held);
  } catch (error) {
    if (error instanceof RequestError) throw error;
    if (isOfCode(error, 'ERR_BUFFER_TOO_LARGE')) throw tooLarge();
    throw new RequestError(
      400,
      `the body could not be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Room is made before anything is unpacked: a gzip file ends with its length (RFC 1952, section 2.3.1). */
async function unpacked(body: Buffer, held: HeldBytes): Promise<Buffer> {
  const isGzip = body.length > 18 && body.readUInt16BE(0) === gzipMagic;
  if (!isGzip) throw new RequestError(400, 'the body could not be read: it is not gzip');
  const length = body.readUInt32LE(body.length - 4);
  if (length > maxBody) throw tooLarge();
  if (!held.grow(length)) throw noRoom();
  return unpack(body, { maxOutputLength: Math.max(length, 1) });
}

function tooLarge(): RequestError {
  return new RequestError(413, `the body is larger than ${maxBody} bytes`);
}

function noRoom(): RequestError {
  return new RequestError(503, 'too many requests at once: try again later', retryAfter);
}

function isOfCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function parseJson(bytes: Buffer): unknown {
  const excess = jsonExcess(bytes);
  if (excess !== undefined) throw new RequestError(413, `the JSON of the request has too much in it: ${excess}`);
  const text = bytes.toString();
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notDecoded({ problem: error instanceof Error ? error.message : String(error), body: text });
  }
}

function toRequest(body: unknown): GraphqlRequest {
  if (!isObject(body)) throw notDecoded({ problem: 'not an object', body: JSON.stringify(body) });
  const { query, operationName, variables, extensions } = body;
  const wrong = [
    isAbsent(query) || typeof query === 'string' ? undefined : 'query is not a string',
    isAbsent(operationName) || typeof operationName === 'string' ? undefined : 'operationName is not a string',
    isAbsent(variables) || isObject(variables) ? undefined : 'variables is not an object',
    isAbsent(extensions) || isObject(extensions) ? undefined : 'extensions is not an object',
  ].find(problem => problem !== undefined);
  if (wrong !== undefined) throw notDecoded({ problem: wrong, body: JSON.stringify(body) });
  return {
    query: typeof query === 'string' ? query : undefined,
    operationName: typeof operationName === 'string' ? operationName : undefined,
    variables: isObject(variables) ? variables : {},
    extensions: isObject(extensions) ? extensions : undefined,
  };
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notDecoded({ problem, body }: { readonly problem: string; readonly body: string }): RequestError {
  return new RequestError(400, `json request body could not be decoded: ${problem} body:${body.slice(0, 1_000)}`);
}
