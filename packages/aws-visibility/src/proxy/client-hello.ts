/** What a TLS client says before anything is encrypted. */
export interface ClientHello {
  /** The host that is meant, in lower case (RFC 6066 §3); undefined where the client does not say. */
  readonly serverName: string | undefined;
  /** Protocols in the order of preference (RFC 7301); empty where the client does not say. */
  readonly protocols: readonly string[];
}

/** A ClientHello may be in several records, but is seldom longer than two packets; with post-quantum keys 2 KiB. */
const longest = 16_384;

/**
 * Reads the ClientHello at the start of a connection (RFC 8446 §4.1.2, §5.1). `more` when it is not whole yet,
 * undefined when this is no TLS.
 */
export function readClientHello(bytes: Buffer): ClientHello | 'more' | undefined {
  const handshake: Buffer[] = [];
  let at = 0;
  let length = 0;
  for (;;) {
    if (bytes.length < at + 5) return isBeginning(bytes, at) ? 'more' : undefined;
    // A handshake record of some version 3.x.
    if (bytes[at] !== 22 || bytes[at + 1] !== 3) return undefined;
    const end = at + 5 + bytes.readUInt16BE(at + 3);
    handshake.push(bytes.subarray(at + 5, end));
    length += Math.min(end, bytes.length) - at - 5;
    const message = Buffer.concat(handshake);
    if (message.length >= 4) {
      const needed = 4 + message.readUIntBE(1, 3);
      if (message[0] !== 1 || needed > longest) return undefined;
      if (length >= needed) return parseHello(message.subarray(4, needed));
    }
    if (end > bytes.length) return 'more';
    at = end;
  }
}

function isBeginning(bytes: Buffer, at: number): boolean {
  return (bytes[at] ?? 22) === 22 && (bytes[at + 1] ?? 3) === 3;
}

function parseHello(hello: Buffer): ClientHello | undefined {
  const reader = new Reader(hello);
  reader.skip(2 + 32);
  reader.block(1);
  reader.block(2);
  reader.block(1);
  let serverName: string | undefined;
  let protocols: readonly string[] = [];
  const extensions = new Reader(reader.block(2));
  while (extensions.left > 0 && !extensions.isBroken) {
    const type = extensions.number(2);
    const content = extensions.block(2);
    if (type === 0) serverName = readServerName(content);
    if (type === 16) protocols = readProtocols(content);
  }
  return reader.isBroken || extensions.isBroken ? undefined : { serverName, protocols };
}

function readServerName(content: Buffer): string | undefined {
  const names = new Reader(new Reader(content).block(2));
  while (names.left > 0 && !names.isBroken) {
    const type = names.number(1);
    const name = names.block(2).toString('latin1').toLowerCase();
    if (type === 0) return name;
  }
  return undefined;
}

function readProtocols(content: Buffer): readonly string[] {
  const list = new Reader(new Reader(content).block(2));
  const protocols: string[] = [];
  while (list.left > 0 && !list.isBroken) protocols.push(list.block(1).toString('latin1'));
  return protocols;
}

/** Reads numbers and blocks that begin with their length; beyond the end there is nothing, and it is broken. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  isBroken = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  number(size: 1 | 2): number {
    if (this.left < size) return this.#broken(0);
    const value = this.#bytes.readUIntBE(this.#at, size);
    this.#at += size;
    return value;
  }

  skip(size: number): void {
    if (this.left < size) this.isBroken = true;
    this.#at += size;
  }

  block(lengthSize: 1 | 2): Buffer {
    const length = this.number(lengthSize);
    if (this.left < length) return this.#broken(Buffer.alloc(0));
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #broken<T>(nothing: T): T {
    this.isBroken = true;
    return nothing;
  }
}
