/** The head of an HTTP/1.1 message. */
export interface Http1Head {
  /** `GET /path HTTP/1.1`, or `HTTP/1.1 200 OK`. */
  readonly startLine: string;
  /** By names in lower case; of a name that stands twice the first. */
  readonly headers: ReadonlyMap<string, string>;
}

/** What follows a head. */
export type BodyKind = 'by-headers' | 'none' | 'until-close' | 'other-protocol';

export interface Http1MessagesOptions {
  /** Called with each head; says what its body is like. */
  readonly head: (head: Http1Head) => BodyKind;
  /** Called with the content of a body as it passes, without its framing. */
  readonly body?: (bytes: Buffer) => void;
  /** Called when a message has passed whole. */
  readonly end?: () => void;
}

/** Heads of more bytes are none of AWS, which takes 8 KiB; nothing is understood after one. */
const longestHead = 65_536;
const longestLine = 1024;

type State =
  | { readonly at: 'head' }
  | { readonly at: 'body'; left: number }
  | { readonly at: 'chunk-size' }
  | { readonly at: 'chunk'; left: number }
  | { readonly at: 'trailer' }
  /** The rest of the connection is one body. */
  | { readonly at: 'rest' }
  /** Not HTTP, or another protocol from here on: nothing more is said. */
  | { readonly at: 'lost' };

/**
 * Reads along one direction of an HTTP/1.1 connection (RFC 9112): heads, and bodies in pieces as they come. It changes
 * and holds nothing but the head that is not whole yet, and where it understands nothing it is silent.
 */
export class Http1Messages {
  readonly #options: Http1MessagesOptions;
  #state: State = { at: 'head' };
  #kept: Buffer = Buffer.alloc(0);

  constructor(options: Http1MessagesOptions) {
    this.#options = options;
  }

  /** Whether it no longer understands the connection. */
  get isLost(): boolean {
    return this.#state.at === 'lost';
  }

  push(chunk: Buffer): void {
    let bytes = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
    this.#kept = Buffer.alloc(0);
    while (bytes.length > 0) {
      const used = this.#read(bytes);
      if (used === 0) {
        // A copy: what came in is a part of a larger buffer that must not be held.
        this.#kept = Buffer.from(bytes);
        return;
      }
      bytes = bytes.subarray(used);
    }
  }

  /** Bytes of these that were taken; none when more are needed. */
  #read(bytes: Buffer): number {
    const state = this.#state;
    switch (state.at) {
      case 'head':
        return this.#readHead(bytes);
      case 'body':
      case 'chunk': {
        const piece = bytes.subarray(0, state.left);
        state.left -= piece.length;
        this.#options.body?.(piece);
        if (state.left === 0) {
          if (state.at === 'body') this.#ended();
          else this.#state = { at: 'chunk-size' };
        }
        return piece.length;
      }
      case 'chunk-size':
        return this.#readChunkSize(bytes);
      case 'trailer': {
        const line = lineOf(bytes);
        if (line === undefined) return this.#needsMore(bytes, longestHead);
        if (line.length === 0) this.#ended();
        return line.end;
      }
      case 'rest':
        this.#options.body?.(bytes);
        return bytes.length;
      case 'lost':
        return bytes.length;
    }
  }

  #readHead(bytes: Buffer): number {
    // Empty lines before a message are to be ignored (RFC 9112 §2.2).
    if (bytes[0] === 13 && bytes[1] === 10) return 2;
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return this.#needsMore(bytes, longestHead);
    const head = parseHead(bytes.toString('latin1', 0, end));
    if (head === undefined) return this.#lost(bytes);
    this.#state = this.#stateAfter(head);
    if (this.#state.at === 'body' && this.#state.left === 0) this.#ended();
    return end + 4;
  }

  #stateAfter(head: Http1Head): State {
    const kind = this.#options.head(head);
    if (kind === 'other-protocol') return { at: 'lost' };
    if (kind === 'none') return { at: 'body', left: 0 };
    const { headers } = head;
    if (/(^|,)\s*chunked\s*$/i.test(headers.get('transfer-encoding') ?? '')) return { at: 'chunk-size' };
    const length = headers.get('content-length');
    if (length === undefined) return kind === 'until-close' ? { at: 'rest' } : { at: 'body', left: 0 };
    return /^\d{1,15}$/.test(length) ? { at: 'body', left: Number(length) } : { at: 'lost' };
  }

  #readChunkSize(bytes: Buffer): number {
    // The line after a chunk's data is empty.
    if (bytes[0] === 13) return bytes.length < 2 ? 0 : 2;
    const line = lineOf(bytes);
    if (line === undefined) return this.#needsMore(bytes, longestLine);
    const size = /^([0-9a-f]{1,12})\s*(;|$)/i.exec(line.text)?.[1];
    if (size === undefined) return this.#lost(bytes);
    const left = Number.parseInt(size, 16);
    this.#state = left === 0 ? { at: 'trailer' } : { at: 'chunk', left };
    return line.end;
  }

  #ended(): void {
    this.#state = { at: 'head' };
    this.#options.end?.();
  }

  #needsMore(bytes: Buffer, most: number): number {
    return bytes.length > most ? this.#lost(bytes) : 0;
  }

  #lost(bytes: Buffer): number {
    this.#state = { at: 'lost' };
    return bytes.length;
  }
}

function lineOf(bytes: Buffer): { readonly text: string; readonly length: number; readonly end: number } | undefined {
  const end = bytes.indexOf('\r\n');
  return end < 0 ? undefined : { text: bytes.toString('latin1', 0, end), length: end, end: end + 2 };
}

const startLine = /^([!#$%&'*+.^`|~\w-]+ \S+ HTTP\/1\.[01]|HTTP\/1\.[01] \d{3}( .*)?)$/;

function parseHead(text: string): Http1Head | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  if (!startLine.test(first)) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) return undefined;
    const name = line.slice(0, colon).toLowerCase();
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  return { startLine: first, headers };
}
