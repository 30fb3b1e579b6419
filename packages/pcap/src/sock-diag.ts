import koffi from 'koffi';
import { PcapError } from './pcap-error.ts';

/** An address in the order of the network, 4 or 16 bytes, and a port. */
export interface SocketEnd {
  readonly address: Buffer;
  readonly port: number;
}

export interface ConnectedEnds {
  readonly local: SocketEnd;
  readonly remote: SocketEnd;
}

/** A socket as the kernel describes it. */
export interface FoundSocket {
  readonly local: SocketEnd;
  /** 0 when no process holds it. */
  readonly inode: number;
  /** The inode of the directory of its process's control group, in the unified hierarchy (version 2). */
  readonly controlGroup: number;
}

/** Constants of linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h and net/tcp_states.h of the kernel. */
const netlinkFamily = 16;
const rawSocket = 3;
const closeOnExec = 0o2000000;
const sockDiagProtocol = 4;
const dontWait = 0x40;
const byFamily = 20;
const messageError = 2;
const messageDone = 3;
const flagRequest = 1;
const flagDump = 0x300;
const familyIpv4 = 2;
const familyIpv6 = 10;
const protocolNumbers = { TCP: 6, UDP: 17 } as const;
const attributeBytecode = 1;
const attributeControlGroup = 21;
const opcodeLocalPortIs = 11;
/**
 * Bits of the states that sockets of a process have: all but TIME_WAIT, SYN_RECV and NEW_SYN_RECV; and of those without
 * LISTEN.
 */
const heldStates = 0xfff & ~((1 << 6) | (1 << 3));
const connectedStates = heldStates & ~(1 << 10);

/** `struct nlmsghdr`, `struct inet_diag_req_v2`, `struct inet_diag_msg`. */
const headerSize = 16;
const requestSize = 56;
const answerSize = 72;
/** Offset of `struct inet_diag_sockid` in both: ports, then addresses of 16 bytes. */
const requestId = headerSize + 8;
const receiveSize = 32 * 1024;

/**
 * TCP sockets of this process's network namespace, asked of the kernel (sock_diag(7)), with the control groups of their
 * processes (Linux 5.8 and later). No capability is needed. Questions are answered at once, in microseconds by both
 * ends.
 */
export class SockDiag {
  readonly #lib = bind();
  readonly #descriptor: number;
  readonly #received = Buffer.allocUnsafeSlow(receiveSize);
  #open = true;

  /** Throws a `PcapError` where the kernel has no such sockets. */
  constructor() {
    this.#descriptor = this.#lib.socket(netlinkFamily, rawSocket | closeOnExec, sockDiagProtocol);
    if (this.#descriptor < 0) throw new PcapError('failed', `sock_diag: no socket (errno ${koffi.errno()}).`);
  }

  /** The socket with these ends; undefined when there is none, or its control group is not known. */
  find(ends: ConnectedEnds): FoundSocket | undefined {
    const message = request(ends, { flags: flagRequest, protocol: 'TCP', states: heldStates, bytes: 0 });
    return this.#ask(message)[0];
  }

  /** Connected sockets with a local port. The kernel looks through its whole table: milliseconds. */
  findByLocalPort(port: number): readonly FoundSocket[] {
    return this.#dump({ protocol: 'TCP', states: connectedStates, filter: localPortIs(port) });
  }

  /** All sockets, as expensive. */
  all(protocol: 'TCP' | 'UDP'): readonly FoundSocket[] {
    return this.#dump({ protocol, states: heldStates, filter: Buffer.alloc(0) });
  }

  /** Lets go of the socket; may be called again. */
  close(): void {
    if (this.#open) this.#lib.close(this.#descriptor);
    this.#open = false;
  }

  /** Of both families. */
  #dump({ protocol, states, filter }: Dump): readonly FoundSocket[] {
    return [Buffer.alloc(4), Buffer.alloc(16)].flatMap(address => {
      const none = { address, port: 0 };
      const options = { flags: flagRequest | flagDump, protocol, states, bytes: filter.length };
      return this.#ask(Buffer.concat([request({ local: none, remote: none }, options), filter]));
    });
  }

  #ask(message: Buffer): readonly FoundSocket[] {
    if (this.#lib.send(this.#descriptor, message, message.length, 0) < 0) return [];
    const isDump = (message.readUInt16LE(6) & flagDump) !== 0;
    const found: FoundSocket[] = [];
    while (true) {
      const length = this.#lib.recv(this.#descriptor, this.#received, receiveSize, dontWait);
      if (length <= 0) return found;
      const ended = readAnswers(this.#received.subarray(0, length), found);
      if (ended || !isDump) return found;
    }
  }
}

interface Dump {
  readonly protocol: 'TCP' | 'UDP';
  readonly states: number;
  readonly filter: Buffer;
}

interface RequestOptions {
  readonly flags: number;
  readonly protocol: 'TCP' | 'UDP';
  /** Bit for bit as of net/tcp_states.h. */
  readonly states: number;
  /** What follows the request. */
  readonly bytes: number;
}

function request({ local, remote }: ConnectedEnds, { flags, protocol, states, bytes }: RequestOptions): Buffer {
  const message = Buffer.alloc(headerSize + requestSize);
  message.writeUInt32LE(message.length + bytes, 0);
  message.writeUInt16LE(byFamily, 4);
  message.writeUInt16LE(flags, 6);
  message[headerSize] = local.address.length === 4 ? familyIpv4 : familyIpv6;
  message[headerSize + 1] = protocolNumbers[protocol];
  message.writeUInt32LE(states, headerSize + 4);
  message.writeUInt16BE(local.port, requestId);
  message.writeUInt16BE(remote.port, requestId + 2);
  local.address.copy(message, requestId + 4);
  remote.address.copy(message, requestId + 20);
  message.fill(0xff, requestId + 40, requestId + 48); // INET_DIAG_NOCOOKIE: whichever socket it is.
  return message;
}

/**
 * An attribute with two instructions of `struct inet_diag_bc_op`: the comparison and its operand; a jump behind the end
 * refuses.
 */
function localPortIs(port: number): Buffer {
  const filter = Buffer.alloc(12);
  filter.writeUInt16LE(filter.length, 0);
  filter.writeUInt16LE(attributeBytecode, 2);
  filter[4] = opcodeLocalPortIs;
  filter[5] = 8;
  filter.writeUInt16LE(12, 6);
  filter.writeUInt16LE(port, 10);
  return filter;
}

/** True when the answer is at its end. */
function readAnswers(bytes: Buffer, found: FoundSocket[]): boolean {
  for (let at = 0; at + headerSize <= bytes.length;) {
    const length = bytes.readUInt32LE(at);
    const type = bytes.readUInt16LE(at + 4);
    if (type === messageDone || type === messageError || length < headerSize) return true;
    if (length >= headerSize + answerSize && at + length <= bytes.length) {
      const socket = readSocket(bytes.subarray(at + headerSize, at + length));
      if (socket !== undefined) found.push(socket);
    }
    at += (length + 3) & ~3;
  }
  return false;
}

function readSocket(answer: Buffer): FoundSocket | undefined {
  const addressLength = answer[0] === familyIpv4 ? 4 : 16;
  for (let at = answerSize; at + 4 <= answer.length;) {
    const length = answer.readUInt16LE(at);
    if (length < 4) return undefined;
    if (answer.readUInt16LE(at + 2) === attributeControlGroup && length >= 12 && at + 12 <= answer.length) {
      return {
        local: { address: Buffer.from(answer.subarray(8, 8 + addressLength)), port: answer.readUInt16BE(4) },
        inode: answer.readUInt32LE(68),
        controlGroup: Number(answer.readBigUInt64LE(at + 4)),
      };
    }
    at += (length + 3) & ~3;
  }
  return undefined;
}

interface Libc {
  readonly socket: (family: number, type: number, protocol: number) => number;
  readonly send: (descriptor: number, message: Buffer, length: number, flags: number) => number;
  readonly recv: (descriptor: number, message: Buffer, length: number, flags: number) => number;
  readonly close: (descriptor: number) => number;
}

function bind(): Libc {
  const libc = koffi.load(null);
  return {
    socket: libc.func('int socket(int family, int type, int protocol)'),
    send: libc.func('int64_t send(int descriptor, const void *message, size_t length, int flags)'),
    recv: libc.func('int64_t recv(int descriptor, void *message, size_t length, int flags)'),
    close: libc.func('int close(int descriptor)'),
  };
}
