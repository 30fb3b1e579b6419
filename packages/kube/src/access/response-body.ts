import type { IncomingMessage } from 'node:http';
import { finished, pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { DecodeError } from '../decode/decode-error.ts';
import type { Decoder } from '../decode/decoder.ts';
import { KubeError } from './kube-error.ts';

/**
 * Of an answer that is read whole: an object, a Status, what a group of the API has (some hundred KiB where there are
 * many custom resources).
 */
const maxBody = 16 * 2 ** 20;
/** Of a watch's event or a log's line. An object is at most 1.5 MiB in etcd, in JSON seldom more than twice that. */
const maxLine = 8 * 2 ** 20;
/** Unzipped, in so many bytes at a time. */
const unzippedPiece = 256 * 1024;

/** Gives an answer to a decoder while it comes. Throws what the decoder and the connection throw. */
export async function decodeBody<T>(response: IncomingMessage, decoder: Decoder<T>): Promise<T> {
  if (isZipped(response)) {
    for await (const chunk of unzip(response)) decoder.push(chunk);
    return decoder.end();
  }
  // Without a promise for each: a large list comes in ten thousand pieces.
  response.on('data', (chunk: Buffer) => {
    try {
      decoder.push(chunk);
    } catch (error) {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
  await finished(response);
  return decoder.end();
}

/** All of an answer. Throws KubeError when that is too much, and what the connection throws. */
export async function readBody(response: IncomingMessage, request: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytesOf(response)) {
    size += chunk.length;
    if (size > maxBody) throw new KubeError('bad-answer', `${request}: the answer is larger than ${maxBody} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** The lines of an answer as they come, without their ends. */
export async function* splitLines(response: IncomingMessage, request: string): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let restSize = 0;
  for await (const chunk of bytesOf(response)) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const last = chunk.subarray(start, end);
      yield (rest.length === 0 ? last : Buffer.concat([...rest, last])).toString('utf8');
      rest = [];
      restSize = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    rest.push(chunk.subarray(start));
    restSize += chunk.length - start;
    if (restSize > maxLine) throw new KubeError('bad-answer', `${request}: a line is longer than ${maxLine} bytes`);
  }
  if (restSize > 0) yield Buffer.concat(rest).toString('utf8');
}

function isZipped({ headers }: IncomingMessage): boolean {
  return headers['content-encoding'] === 'gzip';
}

function bytesOf(response: IncomingMessage): AsyncIterable<Buffer> {
  return isZipped(response) ? unzip(response) : response;
}

async function* unzip(response: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unzipped = createGunzip({ chunkSize: unzippedPiece });
  // Its errors are those that reading `unzipped` ends with.
  pipeline(inLargePieces(response), unzipped).catch(() => undefined);
  try {
    for await (const chunk of unzipped) yield chunk as Buffer;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_'))
      throw new DecodeError(`the answer is no gzip: ${cause.message}`, { cause });
    throw cause;
  }
}

/** What came since the last reading is one piece: the server sends thousands of small ones. */
async function* inLargePieces(response: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* response;
}
