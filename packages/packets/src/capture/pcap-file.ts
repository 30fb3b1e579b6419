import type { ByteReader } from './byte-reader.ts';
import { largestPacket, type FileEnd, type FilePacket } from './file-packet.ts';

/** First bytes of the file, as little-endian number, by unit of the fraction of a second and byte order. */
const magics: ReadonlyMap<number, Format> = new Map([
  [0xa1b2c3d4, { littleEndian: true, fractionsPerMillisecond: 1e3 }],
  [0xd4c3b2a1, { littleEndian: false, fractionsPerMillisecond: 1e3 }],
  [0xa1b23c4d, { littleEndian: true, fractionsPerMillisecond: 1e6 }],
  [0x4d3cb2a1, { littleEndian: false, fractionsPerMillisecond: 1e6 }],
]);

interface Format {
  readonly littleEndian: boolean;
  readonly fractionsPerMillisecond: number;
}

/** The packets of a file in the format of pcap-savefile(5); undefined when `magic` is another's. */
export function readPcap(magic: Buffer, reader: ByteReader): AsyncGenerator<FilePacket, FileEnd> | undefined {
  const format = magics.get(magic.readUInt32LE(0));
  return format === undefined ? undefined : readPackets(format, reader);
}

async function* readPackets(format: Format, reader: ByteReader): AsyncGenerator<FilePacket, FileEnd> {
  const { littleEndian, fractionsPerMillisecond } = format;
  const numberAt = (bytes: Buffer, at: number): number =>
    littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  const header = await reader.take(20);
  if (header === undefined) return { kind: 'damaged', problem: 'the file ends in its header' };
  const linkType = numberAt(header, 16) & 0x0fffffff;
  while (!(await reader.atEnd())) {
    const record = await reader.take(16);
    if (record === undefined) return { kind: 'damaged', problem: 'the file ends in a packet’s header' };
    const time = numberAt(record, 0) * 1000 + numberAt(record, 4) / fractionsPerMillisecond;
    const captured = numberAt(record, 8);
    const wireLength = numberAt(record, 12);
    if (captured > largestPacket) return { kind: 'damaged', problem: `a packet of ${captured} bytes` };
    const bytes = await reader.take(captured);
    if (bytes === undefined) return { kind: 'damaged', problem: 'the file ends in a packet' };
    yield { bytes, wireLength, time, linkType };
  }
  return { kind: 'complete' };
}
