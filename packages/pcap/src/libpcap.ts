import koffi, { type LibraryHandle } from 'koffi';
import { PcapError } from './pcap-error.ts';

/** An address in C's memory, as koffi hands it out. */
export type Pointer = unknown;

/** The functions of libpcap and of the C library that capturing needs, as pcap(3PCAP) names and describes them. */
export interface Libpcap {
  readonly create: (device: string, error: Buffer) => Pointer;
  readonly setSnaplen: (capture: Pointer, bytes: number) => number;
  readonly setPromisc: (capture: Pointer, on: number) => number;
  readonly setTimeout: (capture: Pointer, milliseconds: number) => number;
  readonly setBufferSize: (capture: Pointer, bytes: number) => number;
  readonly setImmediateMode: (capture: Pointer, on: number) => number;
  readonly activate: (capture: Pointer) => number;
  readonly setDatalink: (capture: Pointer, linkType: number) => number;
  readonly datalink: (capture: Pointer) => number;
  readonly setNonblock: (capture: Pointer, on: number, error: Buffer) => number;
  readonly compile: (capture: Pointer, program: Buffer, filter: string, optimize: number, netmask: number) => number;
  readonly setFilter: (capture: Pointer, program: Buffer) => number;
  readonly freeCode: (program: Buffer) => void;
  readonly selectableFd: (capture: Pointer) => number;
  readonly dispatch: (capture: Pointer, count: number, handler: Pointer, user: Pointer) => number;
  readonly stats: (capture: Pointer, stats: Buffer) => number;
  readonly errorText: (capture: Pointer) => string;
  readonly statusText: (status: number) => string;
  readonly close: (capture: Pointer) => void;
  readonly version: () => string;
  readonly dumpOpenStream: (capture: Pointer, stream: Pointer) => Pointer;
  readonly dumpFlush: (dumper: Pointer) => number;
  readonly dumpClose: (dumper: Pointer) => void;
  /** The address of pcap_dump, which libpcap itself calls with each packet. */
  readonly dumpHandler: Pointer;
  /** `fmemopen(3)`: a stream that writes into `memory`, which must outlive it. */
  readonly openMemory: (memory: Buffer, bytes: number, mode: string) => Pointer;
  /** `rewind(3)`. */
  readonly rewind: (stream: Pointer) => void;
}

const names = ['libpcap.so.1', 'libpcap.so.0.8', 'libpcap.so'] as const;

let loaded: Libpcap | undefined;

/** Loads libpcap once. Throws a `PcapError` with code `no-library` when the system has none. */
export function loadLibpcap(): Libpcap {
  loaded ??= bind(openLibrary());
  return loaded;
}

function openLibrary(): LibraryHandle {
  const failures: unknown[] = [];
  for (const name of names) {
    try {
      return koffi.load(name);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new PcapError(
    'no-library',
    `libpcap is not installed (looked for ${names.join(', ')}): install the package libpcap0.8 (Debian, Ubuntu) or libpcap (Alpine, Fedora).`,
    { cause: failures[0] },
  );
}

function bind(pcap: LibraryHandle): Libpcap {
  const libc = koffi.load(null);
  return {
    create: pcap.func('void *pcap_create(const char *device, void *error)'),
    setSnaplen: pcap.func('int pcap_set_snaplen(void *p, int bytes)'),
    setPromisc: pcap.func('int pcap_set_promisc(void *p, int on)'),
    setTimeout: pcap.func('int pcap_set_timeout(void *p, int milliseconds)'),
    setBufferSize: pcap.func('int pcap_set_buffer_size(void *p, int bytes)'),
    setImmediateMode: pcap.func('int pcap_set_immediate_mode(void *p, int on)'),
    activate: pcap.func('int pcap_activate(void *p)'),
    setDatalink: pcap.func('int pcap_set_datalink(void *p, int type)'),
    datalink: pcap.func('int pcap_datalink(void *p)'),
    setNonblock: pcap.func('int pcap_setnonblock(void *p, int on, void *error)'),
    compile: pcap.func('int pcap_compile(void *p, void *program, const char *filter, int optimize, uint32_t netmask)'),
    setFilter: pcap.func('int pcap_setfilter(void *p, void *program)'),
    freeCode: pcap.func('void pcap_freecode(void *program)'),
    selectableFd: pcap.func('int pcap_get_selectable_fd(void *p)'),
    dispatch: pcap.func('int pcap_dispatch(void *p, int count, void *handler, void *user)'),
    stats: pcap.func('int pcap_stats(void *p, void *stats)'),
    errorText: pcap.func('const char *pcap_geterr(void *p)'),
    statusText: pcap.func('const char *pcap_statustostr(int status)'),
    close: pcap.func('void pcap_close(void *p)'),
    version: pcap.func('const char *pcap_lib_version()'),
    dumpOpenStream: pcap.func('void *pcap_dump_fopen(void *p, void *stream)'),
    dumpFlush: pcap.func('int pcap_dump_flush(void *dumper)'),
    dumpClose: pcap.func('void pcap_dump_close(void *dumper)'),
    dumpHandler: pcap.symbol('pcap_dump'),
    openMemory: libc.func('void *fmemopen(void *memory, size_t bytes, const char *mode)'),
    rewind: libc.func('void rewind(void *stream)'),
  };
}
