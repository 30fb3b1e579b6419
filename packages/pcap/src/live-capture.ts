import koffi from 'koffi';
import { loadLibpcap, type Libpcap, type Pointer } from './libpcap.ts';
import { PcapError } from './pcap-error.ts';

/** One captured packet. The object and its bytes are valid only during the call that hands them over. */
export interface CapturedPacket {
  readonly bytes: Buffer;
  /** The packet is `bytes` from `start` up to, not including, `end`. */
  readonly start: number;
  readonly end: number;
  /** Bytes the packet had on the wire; more than `end - start` when the capture cut it. */
  readonly wireLength: number;
  /** Milliseconds since the epoch with microseconds as the fraction, by the kernel's clock. */
  readonly time: number;
}

export interface LiveCaptureOptions {
  /** An interface's name, or `any`. */
  readonly device: string;
  /** As of pcap-filter(7). */
  readonly filter: string;
  /** Bytes of the kernel's ring, where packets wait for this process. */
  readonly bufferSize: number;
  /** Bytes of a packet that are kept. */
  readonly snapLength: number;
  /**
   * Milliseconds the kernel may gather packets before it wakes this process; 0 wakes it for each packet, for a filter
   * of few.
   */
  readonly timeout: number;
}

/** Counters of the kernel since the capture was opened, as of pcap_stats(3PCAP); they wrap at 2^32. */
export interface CaptureStats {
  /** Packets that passed the filter. */
  readonly received: number;
  /** Packets for which the ring had no room. */
  readonly dropped: number;
  /** Packets dropped by the interface or its driver. */
  readonly droppedByInterface: number;
}

/** Link type LINKTYPE_LINUX_SLL2, which has the interface of each packet of `any`. */
const linuxSll2 = 276;
const activateErrors: ReadonlyMap<number, PcapError['code']> = new Map([
  [-5, 'no-such-device'],
  [-8, 'not-permitted'],
  [-9, 'device-gone'],
]);

const errorBufferSize = 256;
/** `struct pcap_pkthdr` in a capture file: seconds, microseconds, captured and wire length, 32 bits each. */
const recordHeader = 16;
/** Packets a batch may hold; its memory is touched only as far as packets need it. */
const batchPackets = 128;

/**
 * A live capture by libpcap, without promiscuous mode. libpcap's own `pcap_dump` writes each batch of packets
 * into our memory in the format of a capture file, so that a batch costs one call out of JavaScript, not one per
 * packet.
 */
export class LiveCapture {
  readonly linkType: number;
  readonly #lib: Libpcap;
  readonly #handle: Pointer;
  readonly #stream: Pointer;
  readonly #dumper: Pointer;
  readonly #batch: Buffer;
  readonly #device: string;
  #open = true;

  /** Opens the device. Throws a `PcapError`. */
  constructor(options: LiveCaptureOptions) {
    this.#lib = loadLibpcap();
    this.#device = options.device;
    this.#handle = openDevice(this.#lib, options);
    try {
      this.#lib.setDatalink(this.#handle, linuxSll2); // Refused by what is not `any`, which has a type of its own.
      this.linkType = this.#lib.datalink(this.#handle);
      setFilter(this.#lib, { handle: this.#handle, filter: options.filter });
      this.#lib.setNonblock(this.#handle, 1, Buffer.alloc(errorBufferSize));
      this.#batch = Buffer.allocUnsafeSlow(fileHeader + batchPackets * (recordHeader + options.snapLength) + 1);
      this.#stream = this.#lib.openMemory(this.#batch, this.#batch.length, 'w');
      this.#dumper = this.#lib.dumpOpenStream(this.#handle, this.#stream);
      if (this.#dumper === null) throw new PcapError('failed', `libpcap: ${this.#lib.errorText(this.#handle)}`);
    } catch (error) {
      this.#lib.close(this.#handle);
      throw error;
    }
  }

  /**
   * Hands over packets that wait, up to one batch; true when more may wait. Throws a `PcapError` when the device is
   * gone.
   */
  read(handle: (packet: CapturedPacket) => void): boolean {
    this.#lib.rewind(this.#stream);
    const count = this.#lib.dispatch(this.#handle, batchPackets, this.#lib.dumpHandler, this.#dumper);
    if (count < 0) {
      throw new PcapError('device-gone', `Capturing on ${this.#device}: ${this.#lib.errorText(this.#handle)}.`);
    }
    if (count === 0) return false;
    this.#lib.dumpFlush(this.#dumper);
    this.#handOver(count, handle);
    return count === batchPackets;
  }

  /** Calls `wake` whenever packets wait, until the returned function is called or the capture is closed. */
  onReadable(wake: () => void): () => void {
    const poll = koffi.node.poll(this.#lib.selectableFd(this.#handle), { readable: true }, wake);
    return () => poll.close();
  }

  stats(): CaptureStats {
    const stats = Buffer.alloc(12);
    if (this.#lib.stats(this.#handle, stats) !== 0) {
      throw new PcapError('failed', `Capture statistics of ${this.#device}: ${this.#lib.errorText(this.#handle)}.`);
    }
    return {
      received: stats.readUInt32LE(0),
      dropped: stats.readUInt32LE(4),
      droppedByInterface: stats.readUInt32LE(8),
    };
  }

  /** Lets go of everything; may be called again. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#lib.dumpClose(this.#dumper);
    this.#lib.close(this.#handle);
  }

  #handOver(count: number, handle: (packet: CapturedPacket) => void): void {
    const bytes = this.#batch;
    const packet = { bytes, start: 0, end: 0, wireLength: 0, time: 0 };
    let at = 0;
    for (let left = count; left > 0; left--) {
      packet.time = bytes.readUInt32LE(at) * 1000 + bytes.readUInt32LE(at + 4) / 1000;
      packet.wireLength = bytes.readUInt32LE(at + 12);
      packet.start = at + recordHeader;
      packet.end = packet.start + bytes.readUInt32LE(at + 8);
      at = packet.end;
      handle(packet);
    }
  }
}

/** pcap_dump_fopen writes a file's header first; the first rewind leaves it behind. */
const fileHeader = 24;

function openDevice(lib: Libpcap, options: LiveCaptureOptions): Pointer {
  const error = Buffer.alloc(errorBufferSize);
  const handle = lib.create(options.device, error);
  if (handle === null) throw new PcapError('failed', `Capturing on ${options.device}: ${textOf(error)}.`);
  lib.setSnaplen(handle, options.snapLength);
  lib.setPromisc(handle, 0);
  if (options.timeout === 0) lib.setImmediateMode(handle, 1);
  else lib.setTimeout(handle, options.timeout);
  lib.setBufferSize(handle, options.bufferSize);
  const status = lib.activate(handle);
  if (status >= 0) return handle; // Above 0 is a warning, e.g. that `any` cannot be promiscuous.
  const code = activateErrors.get(status) ?? 'failed';
  const detail = lib.errorText(handle) || lib.statusText(status);
  lib.close(handle);
  throw new PcapError(code, `Capturing on ${options.device}: ${detail}.${remedies[code] ?? ''}`);
}

const remedies: Partial<Record<PcapError['code'], string>> = {
  'not-permitted': ' Give the process the capability NET_RAW.',
};

function setFilter(lib: Libpcap, { handle, filter }: { readonly handle: Pointer; readonly filter: string }): void {
  const program = Buffer.alloc(16); // struct bpf_program: a count and a pointer.
  if (lib.compile(handle, program, filter, 1, 0xffffffff) !== 0) {
    throw new PcapError('bad-filter', `The filter ${JSON.stringify(filter)}: ${lib.errorText(handle)}.`);
  }
  try {
    if (lib.setFilter(handle, program) !== 0) throw new PcapError('bad-filter', `libpcap: ${lib.errorText(handle)}.`);
  } finally {
    lib.freeCode(program);
  }
}

function textOf(error: Buffer): string {
  return error.toString('utf8', 0, Math.max(0, error.indexOf(0)));
}
