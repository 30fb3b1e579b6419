import { HpackDecoder, HpackError } from './hpack.ts';
import { PassingRequest, type Tap, type TapOptions } from './exchange.ts';

/** Types of frames (RFC 9113 §6) that are looked at. */
const frame = { data: 0, headers: 1, resetStream: 3, pushPromise: 5, continuation: 9 } as const;
const flag = { endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** Of a header block, encoded. */
const longestBlock = 65_536;
/** Requests that are open at most: more than any peer allows. */
const mostStreams = 1_000;

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  /** Of DATA its first bytes only. */
  readonly payload: Buffer;
}

/** Reads along an HTTP/2 connection. */
export class Http2Tap implements Tap {
  readonly #options: TapOptions;
  readonly #client: HeaderFrames;
  readonly #server: HeaderFrames;
  readonly #streams = new Map<number, PassingRequest>();
  #isLost = false;

  constructor(options: TapOptions) {
    this.#options = options;
    this.#client = new HeaderFrames({
      preface: preface.length,
      headers: (stream, fields) => this.#request(stream, fields),
      data: (stream, bytes) => this.#streams.get(stream)?.body(bytes),
      reset: stream => void this.#streams.delete(stream),
    });
    this.#server = new HeaderFrames({
      preface: 0,
      headers: (stream, fields) => this.#response(stream, fields),
      data: () => undefined,
      reset: stream => void this.#streams.delete(stream),
    });
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  fromClient(bytes: Buffer): void {
    this.#push(this.#client, bytes);
  }

  fromServer(bytes: Buffer): void {
    this.#push(this.#server, bytes);
  }

  #push(frames: HeaderFrames, bytes: Buffer): void {
    if (this.#isLost) return;
    try {
      frames.push(bytes);
    } catch (error) {
      if (!(error instanceof HpackError)) throw error;
      this.#isLost = true;
      this.#streams.clear();
    }
  }

  #request(stream: number, headers: ReadonlyMap<string, string>): void {
    const [method, path] = [headers.get(':method'), headers.get(':path')];
    // Trailers have neither.
    if (method === undefined || path === undefined || this.#streams.size >= mostStreams) return;
    const host = (headers.get(':authority') ?? this.#options.host).replace(/:\d+$/, '').toLowerCase();
    this.#streams.set(stream, new PassingRequest({ method, host, path, headers }));
  }

  #response(stream: number, headers: ReadonlyMap<string, string>): void {
    const status = Number(headers.get(':status') ?? 0);
    const request = this.#streams.get(stream);
    if (status < 200 || request === undefined) return;
    this.#streams.delete(stream);
    this.#options.finished(request.finished(status));
  }
}

interface HeaderFramesOptions {
  /** Bytes before the first frame. */
  readonly preface: number;
  readonly headers: (stream: number, headers: ReadonlyMap<string, string>) => void;
  readonly data: (stream: number, bytes: Buffer) => void;
  readonly reset: (stream: number) => void;
}

/** Bytes of a DATA frame that are looked at. */
const dataStart = 1280;

/** The frames of one direction. Throws HpackError when they make no sense. */
class HeaderFrames {
  readonly #options: HeaderFramesOptions;
  readonly #hpack = new HpackDecoder();
  /** What of a frame came so far, and how much of what comes is not looked at. */
  #kept: Buffer = Buffer.alloc(0);
  #skip: number;
  #block: { readonly stream: number; readonly pieces: Buffer[] } | undefined;

  constructor(options: HeaderFramesOptions) {
    this.#options = options;
    this.#skip = options.preface;
  }

  push(chunk: Buffer): void {
    let bytes = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
    this.#kept = Buffer.alloc(0);
    for (;;) {
      const skipped = Math.min(this.#skip, bytes.length);
      this.#skip -= skipped;
      bytes = bytes.subarray(skipped);
      if (bytes.length < 9) break;
      const length = bytes.readUIntBE(0, 3);
      const type = bytes[3] ?? 0;
      const isLookedAt = type === frame.headers || type === frame.continuation || type === frame.pushPromise;
      if (isLookedAt && length > longestBlock) throw new HpackError('the header block is too long');
      const needed = isLookedAt ? length : type === frame.data ? Math.min(length, dataStart) : 0;
      if (bytes.length < 9 + needed) break;
      const stream = bytes.readUInt32BE(5) & 0x7fff_ffff;
      this.#take({ type, flags: bytes[4] ?? 0, stream, payload: bytes.subarray(9, 9 + needed) });
      bytes = bytes.subarray(9 + needed);
      this.#skip = length - needed;
    }
    // A copy: what came in is a part of a larger buffer that must not be held.
    if (bytes.length > 0) this.#kept = Buffer.from(bytes);
  }

  #take({ type, flags, stream, payload }: Frame): void {
    switch (type) {
      case frame.data:
        this.#options.data(stream, withoutPadding({ payload, flags }));
        break;
      case frame.resetStream:
        this.#options.reset(stream);
        break;
      case frame.headers:
      case frame.pushPromise: {
        const before = type === frame.pushPromise ? 4 : (flags & flag.priority) === 0 ? 0 : 5;
        this.#block = { stream, pieces: [Buffer.from(withoutPadding({ payload, flags }, before))] };
        if ((flags & flag.endHeaders) !== 0) this.#endBlock();
        break;
      }
      case frame.continuation:
        this.#block?.pieces.push(Buffer.from(payload));
        if ((this.#block?.pieces.reduce((sum, piece) => sum + piece.length, 0) ?? 0) > longestBlock)
          throw new HpackError('the header block is too long');
        if ((flags & flag.endHeaders) !== 0) this.#endBlock();
        break;
      default: // Nothing that says who asks for what.
    }
  }

  #endBlock(): void {
    if (this.#block === undefined) return;
    const { stream, pieces } = this.#block;
    this.#block = undefined;
    const headers = new Map<string, string>();
    for (const [name, value] of this.#hpack.decode(Buffer.concat(pieces)))
      if (!headers.has(name)) headers.set(name, value);
    this.#options.headers(stream, headers);
  }
}

/** The payload without its padding, and without so many bytes before what is wanted. */
function withoutPadding({ payload, flags }: Pick<Frame, 'payload' | 'flags'>, before = 0): Buffer {
  if ((flags & flag.padded) === 0) return payload.subarray(before);
  return payload.subarray(1 + before, Math.max(1 + before, payload.length - (payload[0] ?? 0)));
}
