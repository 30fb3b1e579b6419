import type { TcpPacket } from '../../decode/tcp.ts';
import type { Slice } from '../../decode/slice.ts';

/** Called with each whole DNS message of a stream. */
export type MessageConsumer = (message: Slice) => void;

interface Stream {
  /** Sequence number of the byte that comes next. */
  next: number;
  /** Bytes from the beginning of a message on. */
  held: Buffer;
  /** Segments that came before their turn, by sequence number. */
  early: Map<number, Buffer>;
  lastSeen: number;
}

export interface DnsStreamsOptions {
  /** Called when data of a stream was given up because a part before it is missing. */
  readonly onGap: () => void;
  readonly limits?: DnsStreamLimits;
}

export interface DnsStreamLimits {
  /** Servers send to so many clients at once at most; the stream that began first is given up for a new one. */
  readonly streams: number;
  /** Bytes that all streams together may hold. */
  readonly bytes: number;
  /** Segments of a stream that may wait for one that is missing. */
  readonly early: number;
  /** Milliseconds of silence after which a stream is forgotten. */
  readonly idle: number;
}

const standardLimits: DnsStreamLimits = { streams: 1024, bytes: 4 * 1024 * 1024, early: 32, idle: 10_000 };
/** A message is preceded by its length in two bytes (RFC 1035 section 4.2.2), and has a header of twelve. */
const lengthPrefix = 2;
const shortestMessage = 12;

/**
 * DNS over TCP, from server to client: puts segments in order and cuts the stream into messages. Copies of a segment
 * (it is seen on each interface it crosses) and repetitions are recognised by their sequence numbers. A stream
 * whose beginning was not seen is joined at the first segment that begins with a message.
 */
export class DnsStreams {
  readonly #streams = new Map<string, Stream>();
  readonly #onGap: () => void;
  readonly #limits: DnsStreamLimits;
  #held = 0;

  constructor({ onGap, limits = standardLimits }: DnsStreamsOptions) {
    this.#onGap = onGap;
    this.#limits = limits;
  }

  /** A segment from port 53. `consume` is called at once with the messages that it completes. */
  observe(packet: TcpPacket, time: number, consume: MessageConsumer): void {
    const { source, destination, destinationPort, sequence } = packet;
    const key = `${source} ${destination} ${destinationPort}`;
    if (packet.syn) {
      this.#drop(key);
      this.#add(key, { next: (sequence + 1) | 0, held: empty, early: new Map(), lastSeen: time });
      return;
    }
    if (packet.end === packet.start) return;
    const stream = this.#streams.get(key) ?? this.#join(key, packet, time);
    if (stream === undefined) return;
    stream.lastSeen = time;
    const complete = this.#take(stream, { sequence, data: packet, consume });
    if (!complete || packet.cut || this.#held > this.#limits.bytes) this.#giveUp(key);
  }

  /** Forgets streams that are silent. */
  forgetIdle(now: number): void {
    for (const [key, stream] of this.#streams) {
      if (Math.abs(now - stream.lastSeen) < this.#limits.idle) continue;
      if (stream.held.length > 0 || stream.early.size > 0) this.#onGap();
      this.#drop(key);
    }
  }

  #join(key: string, packet: TcpPacket, time: number): Stream | undefined {
    if (!beginsMessage(packet)) {
      this.#onGap();
      return undefined;
    }
    return this.#add(key, { next: packet.sequence, held: empty, early: new Map(), lastSeen: time });
  }

  #add(key: string, stream: Stream): Stream {
    if (this.#streams.size >= this.#limits.streams) {
      const oldest = this.#streams.keys().next();
      if (oldest.done !== true) this.#drop(oldest.value);
    }
    this.#streams.set(key, stream);
    return stream;
  }

  /** False when the stream cannot go on. */
  #take(stream: Stream, segment: { sequence: number; data: Slice; consume: MessageConsumer }): boolean {
    const { sequence, data, consume } = segment;
    const ahead = (sequence - stream.next) | 0;
    if (ahead > 0) {
      if (stream.early.size >= this.#limits.early || ahead > 0xffff) return false;
      if (!stream.early.has(sequence)) {
        stream.early.set(sequence, copyOf(data));
        this.#held += data.end - data.start;
      }
      return true;
    }
    const known = -ahead;
    if (known >= data.end - data.start) return true; // A copy of what was taken already.
    this.#append(stream, { bytes: data.bytes, start: data.start + known, end: data.end }, consume);
    return this.#takeEarly(stream, consume);
  }

  #takeEarly(stream: Stream, consume: MessageConsumer): boolean {
    for (const [sequence, data] of stream.early) {
      if (((sequence - stream.next) | 0) > 0) continue;
      stream.early.delete(sequence);
      this.#held -= data.length;
      return this.#take(stream, { sequence, data: { bytes: data, start: 0, end: data.length }, consume });
    }
    return true;
  }

  #append(stream: Stream, data: Slice, consume: MessageConsumer): void {
    stream.next = (stream.next + (data.end - data.start)) | 0;
    let all = data;
    if (stream.held.length > 0) {
      this.#held -= stream.held.length;
      const bytes = Buffer.concat([stream.held, data.bytes.subarray(data.start, data.end)]);
      all = { bytes, start: 0, end: bytes.length };
    }
    const rest = consumeMessages(all, consume);
    stream.held = rest.end === rest.start ? empty : copyOf(rest);
    this.#held += stream.held.length;
  }

  #giveUp(key: string): void {
    this.#onGap();
    this.#drop(key);
  }

  #drop(key: string): void {
    const stream = this.#streams.get(key);
    if (stream === undefined) return;
    this.#streams.delete(key);
    this.#held -= stream.held.length;
    for (const data of stream.early.values()) this.#held -= data.length;
  }
}

const empty = Buffer.alloc(0);

function copyOf({ bytes, start, end }: Slice): Buffer {
  return Buffer.from(bytes.subarray(start, end));
}

/** Hands over all whole messages and answers what is left behind them. */
function consumeMessages({ bytes, start, end }: Slice, consume: MessageConsumer): Slice {
  let at = start;
  while (at + lengthPrefix <= end) {
    const messageEnd = at + lengthPrefix + bytes.readUInt16BE(at);
    if (messageEnd > end) break;
    consume({ bytes, start: at + lengthPrefix, end: messageEnd });
    at = messageEnd;
  }
  return { bytes, start: at, end };
}

/** A length, then the header of an answer to a standard query with one question. */
function beginsMessage({ bytes, start, end }: Slice): boolean {
  if (end - start < lengthPrefix + shortestMessage) return false;
  const length = bytes.readUInt16BE(start);
  const flags = bytes.readUInt16BE(start + lengthPrefix + 2);
  const questions = bytes.readUInt16BE(start + lengthPrefix + 4);
  return length >= shortestMessage && (flags & 0xf800) === 0x8000 && questions === 1;
}
