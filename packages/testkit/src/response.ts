import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { toStatusObject, type ApiStatus } from './status.ts';

export function sendJson(response: ServerResponse, code: number, document: object | string): void {
  const text = typeof document === 'string';
  response.writeHead(code, { 'content-type': text ? 'text/plain' : 'application/json' });
  response.end(text ? document : JSON.stringify(document));
}

export function sendStatus(response: ServerResponse, status: ApiStatus): void {
  sendJson(response, status.code, toStatusObject(status));
}

/**
 * Bytes gathered before they are written: large enough that a list of a gigabyte is not a million writes, small enough
 * to be held.
 */
const writeSize = 1 << 20;

/** From so many bytes on the API server zips what it answers (k8s.io/apiserver, `defaultGzipThresholdBytes`). */
const leastZipped = 128 * 1024;

/**
 * Writes a body in parts, no faster than the client reads it, zipped for those that take it so; ends early when the
 * client went away.
 */
export async function sendChunks(
  response: ServerResponse,
  { contentType, chunks }: { readonly contentType: string; readonly chunks: Iterable<Buffer> },
): Promise<void> {
  const parts = inParts(chunks);
  const first = parts.next();
  const head = first.done === true ? Buffer.alloc(0) : first.value;
  const isZipped = head.length >= leastZipped && response.req.headers['accept-encoding']?.includes('gzip') === true;
  response.writeHead(200, { 'content-type': contentType, ...(isZipped && { 'content-encoding': 'gzip' }) });
  const body = Readable.from(concat([head], parts));
  const sent = isZipped ? pipeline(body, createGzip({ level: 1 }), response) : pipeline(body, response);
  await sent.catch((error: unknown) => {
    // Else the client went away.
    if (!response.destroyed) throw error;
  });
}

function* inParts(chunks: Iterable<Buffer>): Generator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for (const chunk of chunks) {
    held.push(chunk);
    size += chunk.length;
    if (size < writeSize) continue;
    yield Buffer.concat(held, size);
    held = [];
    size = 0;
  }
  yield Buffer.concat(held, size);
}

function* concat(...lists: readonly Iterable<Buffer>[]): Generator<Buffer> {
  for (const list of lists) yield* list;
}
