import { TimeSlice } from '@network-mapper/runtime';
import { open } from 'node:fs/promises';
import { ByteReader } from './byte-reader.ts';
import type { FileEnd, FilePacket } from './file-packet.ts';
import type { FrameConsumer } from './frame.ts';
import { readPcap } from './pcap-file.ts';
import { readPcapng } from './pcapng-file.ts';

/** A capture file cannot be read. */
class CaptureFileError extends Error {
  constructor({ path, problem }: { readonly path: string; readonly problem: string }, options?: ErrorOptions) {
    super(`The capture file ${path}: ${problem}`, options);
    this.name = 'CaptureFileError';
  }
}

/**
 * Hands over the packets of a `.pcap` or `.pcapng` file, whichever of the two it is. A file that breaks off, as those
 * of a killed tcpdump do, gives its packets up to there. Throws a `CaptureFileError` when it is no capture file at all.
 */
export async function readCaptureFile(path: string, consume: FrameConsumer): Promise<FileEnd> {
  await using file = await open(path, 'r').catch((cause: unknown) => {
    throw new CaptureFileError({ path, problem: 'it cannot be opened' }, { cause });
  });
  const reader = new ByteReader(file);
  const packets = await recognise(path, reader);
  const slice = new TimeSlice({ stride: 100 });
  while (true) {
    const { done, value } = await packets.next();
    if (done === true) return value;
    const { bytes, wireLength, time, linkType } = value;
    consume({ bytes, start: 0, end: bytes.length, wireLength, time }, linkType);
    if (slice.isOver()) await slice.next();
  }
}

async function recognise(path: string, reader: ByteReader): Promise<AsyncGenerator<FilePacket, FileEnd>> {
  const magic = await reader.take(4);
  if (magic === undefined) throw new CaptureFileError({ path, problem: 'it is too short to be one' });
  const packets = readPcap(magic, reader) ?? readPcapng(magic, reader);
  if (packets === undefined) throw new CaptureFileError({ path, problem: 'it is neither pcap nor pcapng' });
  return packets;
}
