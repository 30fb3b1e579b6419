import { TimeSlice } from '@network-mapper/runtime';
import { open } from 'node:fs/promises';
import { ByteReader } from './byte-reader.ts';
import type { FileEnd, FilePacket } from './file-packet.ts';
import type { FrameConsumer } from './frame.ts';
import { readPcap } from './pcap-file.ts';
import { readPcapng } from './pcapng-file.ts';

/** The first two bytes of files that people compress captures to (RFC 1952, RFC 8878), as little-endian number. */
const compressions: ReadonlyMap<number, string> = new Map([
  [0x8b1f, 'gzip'],
  [0xb528, 'zstd'],
]);

/** A capture file cannot be read. */
class CaptureFileError extends Error {
  constructor({ path, problem }: { readonly path: string; readonly problem: string }, options?: ErrorOptions) {
    super(`The capture file ${path}: ${problem}`, options);
    this.name = 'CaptureFileError';
  }
}

/** A capture as it comes. */
export interface CaptureStream {
  /** What it is called in errors. */
  readonly name: string;
  readonly bytes: AsyncIterable<Buffer>;
}

/** Bytes that are read of a file at once. */
const chunkSize = 256 * 1024;

/**
 * Hands over the packets of a `.pcap` or `.pcapng` file, whichever of the two it is. A file that breaks off, as those
 * of a killed tcpdump do, gives its packets up to there. Throws a `CaptureFileError` when it is no capture file at all.
 */
export async function readCaptureFile(path: string, consume: FrameConsumer): Promise<FileEnd> {
  await using file = await open(path, 'r').catch((cause: unknown) => {
    throw new CaptureFileError({ path, problem: 'it cannot be opened' }, { cause });
  });
  const bytes: AsyncIterable<Buffer> = file.createReadStream({ autoClose: false, highWaterMark: chunkSize });
  return await readCapture({ name: path, bytes }, consume);
}

/** The same of what comes from a pipe. */
export async function readCapture({ name, bytes }: CaptureStream, consume: FrameConsumer): Promise<FileEnd> {
  const reader = new ByteReader(bytes);
  try {
    const packets = await recognise(name, reader);
    const slice = new TimeSlice({ stride: 100 });
    while (true) {
      const { done, value } = await packets.next();
      if (done === true) return value;
      const { bytes: packet, wireLength, time, linkType } = value;
      consume({ bytes: packet, start: 0, end: packet.length, wireLength, time }, linkType);
      if (slice.isOver()) await slice.next();
    }
  } finally {
    await reader.close();
  }
}

async function recognise(path: string, reader: ByteReader): Promise<AsyncGenerator<FilePacket, FileEnd>> {
  const magic = await reader.take(4).catch((cause: unknown) => {
    throw new CaptureFileError({ path, problem: 'it cannot be read' }, { cause });
  });
  if (magic === undefined) throw new CaptureFileError({ path, problem: 'it is too short to be one' });
  const compression = compressions.get(magic.readUInt16LE(0));
  if (compression !== undefined)
    throw new CaptureFileError({ path, problem: `it is compressed with ${compression}: unpack it first` });
  const packets = readPcap(magic, reader) ?? readPcapng(magic, reader);
  if (packets === undefined) throw new CaptureFileError({ path, problem: 'it is neither pcap nor pcapng' });
  return packets;
}
