import { packIpv4, packIpv6, type PackedAddress } from '@network-mapper/packets';

/** States of a socket, as of include/net/tcp_states.h of the kernel. */
export const socketStates = { established: 1, close: 7, listen: 10 } as const;

/** One line of `/proc/net/tcp`, `tcp6`, `udp` or `udp6`. The object is reused from line to line. */
export interface SocketLine {
  localAddress: PackedAddress;
  localPort: number;
  remoteAddress: PackedAddress;
  remotePort: number;
  state: number;
  /** 0 when no process holds the socket. */
  inode: number;
}

const newline = 0x0a;
const space = 0x20;
const colon = 0x3a;

/** Value of a hexadecimal digit, or 255. */
const hexValue = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? 255 : digit;
});

/**
 * Reads socket tables in the format of Documentation/networking/proc_net_tcp.rst, chunk by chunk as the kernel gives
 * them: nothing but the current line is held.
 */
export class ProcNetParser {
  readonly #line: SocketLine = {
    localAddress: 0,
    localPort: 0,
    remoteAddress: 0,
    remotePort: 0,
    state: 0,
    inode: 0,
  };
  readonly #onSocket: (line: SocketLine) => void;
  readonly #onMalformed: () => void;
  readonly #addressBytes = Buffer.alloc(16);
  /** The endpoint that was read last. */
  readonly #parsed: { address: PackedAddress; port: number } = { address: 0, port: 0 };
  #carried = Buffer.alloc(0);

  constructor(onSocket: (line: SocketLine) => void, onMalformed: () => void) {
    this.#onSocket = onSocket;
    this.#onMalformed = onMalformed;
  }

  /** The next bytes of the table; they may be overwritten after the call. */
  push(chunk: Buffer): void {
    const bytes = this.#carried.length === 0 ? chunk : Buffer.concat([this.#carried, chunk]);
    let start = 0;
    while (true) {
      const end = bytes.indexOf(newline, start);
      if (end < 0) break;
      this.#parseLine(bytes, start, end);
      start = end + 1;
    }
    this.#carried = start === bytes.length ? noBytes : Buffer.from(bytes.subarray(start));
  }

  /** The table is at its end. */
  end(): void {
    if (this.#carried.length > 0) this.push(Buffer.from('\n'));
    this.#carried = noBytes;
  }

  #parseLine(bytes: Buffer, start: number, end: number): void {
    const first = skipSpaces(bytes, start, end);
    if (first === end || bytes[first] === 0x73) return; // Empty, or the heading, which begins with "sl".
    const line = this.#line;
    let at = skipSpaces(bytes, skipField(bytes, first, end), end);
    at = this.#parseEndpoint(bytes, at, end);
    if (at < 0) {
      this.#onMalformed();
      return;
    }
    line.localAddress = this.#parsed.address;
    line.localPort = this.#parsed.port;
    at = this.#parseEndpoint(bytes, skipSpaces(bytes, at, end), end);
    if (at < 0) {
      this.#onMalformed();
      return;
    }
    line.remoteAddress = this.#parsed.address;
    line.remotePort = this.#parsed.port;
    at = skipSpaces(bytes, at, end);
    line.state = parseHex(bytes, at, at + 2);
    for (let field = 3; field < 9; field++) at = skipSpaces(bytes, skipField(bytes, at, end), end);
    line.inode = parseDecimal(bytes, at, skipField(bytes, at, end));
    if (line.state < 0 || line.inode < 0 || at === end) {
      this.#onMalformed();
      return;
    }
    this.#onSocket(line);
  }

  /** Reads `ADDRESS:PORT` into `#parsed`; the index behind it, or -1. */
  #parseEndpoint(bytes: Buffer, start: number, end: number): number {
    const separator = bytes.indexOf(colon, start);
    const digits = separator - start;
    if (separator < 0 || separator + 5 > end || (digits !== 8 && digits !== 32)) return -1;
    // Words of 32 bits in the machine's byte order, which is little-endian where this runs.
    for (let word = 0; word < digits; word += 8) {
      for (let byte = 0; byte < 4; byte++) {
        const from = start + word + 2 * byte;
        const value = parseHex(bytes, from, from + 2);
        if (value < 0) return -1;
        this.#addressBytes[word / 2 + 3 - byte] = value;
      }
    }
    this.#parsed.address = digits === 8 ? packIpv4(this.#addressBytes, 0) : packIpv6(this.#addressBytes, 0);
    this.#parsed.port = parseHex(bytes, separator + 1, separator + 5);
    return this.#parsed.port < 0 ? -1 : separator + 5;
  }
}

const noBytes = Buffer.alloc(0);

function skipSpaces(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] === space) at++;
  return at;
}

function skipField(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== space) at++;
  return at;
}

function parseHex(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = hexValue[bytes[at] ?? 0] ?? 255;
    if (digit === 255) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function parseDecimal(bytes: Buffer, start: number, end: number): number {
  if (start === end) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
