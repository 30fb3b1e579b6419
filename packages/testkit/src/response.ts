import type { ServerResponse } from 'node:http';
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

/** Writes a body in parts, no faster than the client reads it; ends early when the client went away. */
export async function sendChunks(
  response: ServerResponse,
  { contentType, chunks }: { readonly contentType: string; readonly chunks: Iterable<Buffer> },
): Promise<void> {
  response.writeHead(200, { 'content-type': contentType });
  let held: Buffer[] = [];
  let size = 0;
  for (const chunk of chunks) {
    held.push(chunk);
    size += chunk.length;
    if (size < writeSize) continue;
    const room = response.write(Buffer.concat(held, size));
    held = [];
    size = 0;
    if (!room && !(await drained(response))) return;
  }
  response.end(Buffer.concat(held, size));
}

/** Waits until there is room to write again; false when the client went away. */
function drained(response: ServerResponse): Promise<boolean> {
  return new Promise(resolve => {
    if (response.destroyed) {
      resolve(false);
      return;
    }
    const onDrain = (): void => {
      response.off('close', onClose);
      resolve(true);
    };
    const onClose = (): void => {
      response.off('drain', onDrain);
      resolve(false);
    };
    response.once('drain', onDrain).once('close', onClose);
  });
}
