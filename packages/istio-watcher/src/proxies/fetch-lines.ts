import { Agent, request } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import { finished } from 'node:stream/promises';
import { after } from '@network-mapper/runtime';

export interface FetchOptions {
  readonly host: string;
  readonly port: number;
  /** With its query. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Bytes after which the rest is left unread. */
  readonly maxBytes?: number;
  readonly onLine: (line: string) => void;
}

/** A proxy with very many counters; ztunnels in large clusters answer tens of megabytes. */
const defaultMaxBytes = 64 * 2 ** 20;
/** A line with all labels of Istio has a kilobyte, with long paths three. In characters. */
const longestLine = 64 * 1024;
/** Milliseconds for the connection alone: where a policy forbids it, nothing answers. */
const connectTimeout = 2_000;

/** A connection is made for each reading: proxies are many, and are read seldom. */
const agent = new Agent({ keepAlive: false });

/** What kept a proxy from being read. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

/**
 * GET of a text whose lines are handed over while they come; resolves to false when it was longer than `maxBytes`, and
 * the rest was left unread. Throws UnreadableError.
 */
export async function fetchLines(options: FetchOptions): Promise<boolean> {
  const { host, port, path, signal, onLine, maxBytes = defaultMaxBytes } = options;
  const name = `http://${host.includes(':') ? `[${host}]` : host}:${port}${path.replace(/\?.*/, '')}`;
  try {
    return await new Promise<boolean>((resolve, reject) => {
      const asked = request({ host, port, path, signal, agent, headers: { accept: 'text/plain' } });
      const cancel = after(connectTimeout, () =>
        asked.destroy(new Error(`no connection within ${connectTimeout / 1000} s`)),
      );
      asked.once('socket', socket => socket.once('connect', cancel));
      asked.once('close', cancel);
      asked.once('error', reject);
      asked.once('response', response => {
        if (response.statusCode !== 200) {
          response.destroy();
          reject(new Error(`status ${response.statusCode ?? 0}`));
          return;
        }
        let isCut = false;
        let left = maxBytes;
        const lines = new LineSplitter(onLine);
        response.on('data', (chunk: Buffer) => {
          left -= chunk.length;
          if (left >= 0) lines.push(chunk);
          else {
            isCut = true;
            response.destroy();
          }
        });
        finished(response).then(
          () => {
            lines.end();
            resolve(true);
          },
          (error: unknown) =>
            isCut ? resolve(false) : reject(error instanceof Error ? error : new Error(String(error))),
        );
      });
      asked.end();
    });
  } catch (cause) {
    const why = signal.aborted ? 'it did not answer in time' : cause instanceof Error ? cause.message : String(cause);
    throw new UnreadableError(`${name}: ${why}`, { cause });
  }
}

class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  /** The line that comes is too long: the rest of it is left out. */
  #isTooLong = false;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const text = this.#rest + this.#decoder.write(chunk);
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      if (!this.#isTooLong) this.#onLine(text.slice(start, end));
      this.#isTooLong = false;
      start = end + 1;
    }
    this.#rest = text.slice(start);
    if (this.#rest.length <= longestLine) return;
    this.#isTooLong = true;
    this.#rest = '';
  }

  end(): void {
    if (this.#rest !== '' && !this.#isTooLong) this.#onLine(this.#rest);
  }
}
