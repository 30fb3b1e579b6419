import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { RequestError, type GraphqlRequest } from './graphql-endpoint.ts';

/** Bytes of a body at the most, unpacked: reports of a busy node can have megabytes. */
const largestBody = 32 * 1024 * 1024;

/** Reads a GraphQL request from the query string of a GET or the body of a POST. Throws RequestError. */
export async function readRequest(request: IncomingMessage, url: URL): Promise<GraphqlRequest> {
  if (request.method === 'GET') return fromQueryString(url.searchParams);
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (request.method !== 'POST' || (type !== 'application/json' && type !== 'multipart/form-data')) {
    throw new RequestError(400, 'transport not supported');
  }
  const body = await readBody(request);
  if (type === 'application/json') return toRequest(parseJson(body.toString()));
  return toRequest(parseJson(await operationsOf(body, request.headers['content-type'] ?? '')));
}

function fromQueryString(query: URLSearchParams): GraphqlRequest {
  const json = (name: string): unknown => {
    const text = query.get(name);
    return text === null || text === '' ? undefined : parseJson(text);
  };
  return toRequest({
    query: query.get('query') ?? undefined,
    operationName: query.get('operationName') ?? undefined,
    variables: json('variables'),
    extensions: json('extensions'),
  });
}

/** GraphQL's multipart requests carry the operation in a field; there is no type that needs a file. */
async function operationsOf(body: Buffer, contentType: string): Promise<string> {
  try {
    // The body is bounded and in memory already; what is advised against is reading files of any size this way.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- see above
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
    const operations = form.get('operations');
    if (typeof operations === 'string') return operations;
  } catch (cause) {
    throw new RequestError(400, `the multipart body could not be read: ${String(cause)}`);
  }
  throw new RequestError(400, 'the multipart body has no field "operations"');
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw new RequestError(415, `content-encoding ${encoding} is not supported`);
  if (Number(request.headers['content-length'] ?? 0) > largestBody) throw tooLarge();
  const source = encoding === 'gzip' ? request.pipe(createGunzip()) : request;
  request.on('error', error => source.destroy(error));
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > largestBody) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(
      400,
      `the body could not be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return Buffer.concat(chunks);
}

function tooLarge(): RequestError {
  return new RequestError(413, `the body is larger than ${largestBody} bytes`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notDecoded(error instanceof Error ? error.message : String(error), text);
  }
}

function toRequest(body: unknown): GraphqlRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw notDecoded('not an object', JSON.stringify(body));
  const { query, operationName, variables, extensions } = body as Record<string, unknown>;
  const wrong = [
    isAbsent(query) || typeof query === 'string' ? undefined : 'query is not a string',
    isAbsent(operationName) || typeof operationName === 'string' ? undefined : 'operationName is not a string',
    isAbsent(variables) || isObject(variables) ? undefined : 'variables is not an object',
    isAbsent(extensions) || isObject(extensions) ? undefined : 'extensions is not an object',
  ].find(problem => problem !== undefined);
  if (wrong !== undefined) throw notDecoded(wrong, JSON.stringify(body));
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

function notDecoded(problem: string, body: string): RequestError {
  return new RequestError(400, `json request body could not be decoded: ${problem} body:${body.slice(0, 1_000)}`);
}
