import type { ByteReader } from './byte-reader.ts';
import { largestPacket, type FileEnd, type FilePacket } from './file-packet.ts';

/** Block types of the pcapng format (draft-ietf-opsawg-pcapng section 4). */
const sectionHeader = 0x0a0d0d0a;
const interfaceDescription = 1;
const obsoletePacket = 2;
const simplePacket = 3;
const enhancedPacket = 6;
/** Option of an interface: units of its timestamps (section 4.2). */
const timestampResolution = 9;
const byteOrderMagic = 0x1a2b3c4d;
/** Bytes of a block that are read at most; longer ones are damage. */
const largestBlock = largestPacket + 64 * 1024;

interface CaptureInterface {
  readonly linkType: number;
  readonly snapLength: number;
  readonly ticksPerMillisecond: number;
}

interface Section {
  readonly littleEndian: boolean;
  readonly interfaces: CaptureInterface[];
}

/** The packets of a pcapng file; undefined when `magic` is another's. */
export function readPcapng(magic: Buffer, reader: ByteReader): AsyncGenerator<FilePacket, FileEnd> | undefined {
  return magic.readUInt32LE(0) === sectionHeader ? readBlocks(reader) : undefined;
}

async function* readBlocks(reader: ByteReader): AsyncGenerator<FilePacket, FileEnd> {
  let section: Section = { littleEndian: true, interfaces: [] };
  let type = sectionHeader;
  while (true) {
    const body = await readBody(reader, { type, section });
    if (typeof body === 'string') return { kind: 'damaged', problem: body };
    section = body.section;
    const packet = decodeBlock(type, body);
    if (packet !== undefined) yield packet;
    if (await reader.atEnd()) return { kind: 'complete' };
    const next = await reader.take(4);
    if (next === undefined) return { kind: 'damaged', problem: 'the file ends in a block’s header' };
    type = numberAt(next, 0, section);
  }
}

interface Body {
  readonly bytes: Buffer;
  readonly section: Section;
}

/** What is between a block's first and second length; a section header says the byte order of both. */
async function readBody(
  reader: ByteReader,
  { type, section }: { readonly type: number; readonly section: Section },
): Promise<Body | string> {
  const start = await reader.take(type === sectionHeader ? 8 : 4);
  if (start === undefined) return 'the file ends in a block’s header';
  const current = type === sectionHeader ? newSection(start) : section;
  if (current === undefined) return 'a section without byte order';
  const length = numberAt(start, 0, current);
  const read = 4 + start.length;
  if (length < read + 4 || length > largestBlock || length % 4 !== 0) return `a block of ${length} bytes`;
  const rest = await reader.take(length - read);
  return rest === undefined ? 'the file ends in a block' : { bytes: rest.subarray(0, -4), section: current };
}

function newSection(start: Buffer): Section | undefined {
  if (start.readUInt32LE(4) === byteOrderMagic) return { littleEndian: true, interfaces: [] };
  return start.readUInt32BE(4) === byteOrderMagic ? { littleEndian: false, interfaces: [] } : undefined;
}

function decodeBlock(type: number, { bytes, section }: Body): FilePacket | undefined {
  switch (type) {
    case interfaceDescription:
      if (bytes.length >= 8) section.interfaces.push(decodeInterface(bytes, section));
      return undefined;
    case enhancedPacket:
      return bytes.length < 20 ? undefined : decodePacketBlock(bytes, { section, index: numberAt(bytes, 0, section) });
    case obsoletePacket:
      return bytes.length < 20 ? undefined : decodePacketBlock(bytes, { section, index: shortAt(bytes, 0, section) });
    case simplePacket:
      return decodeSimplePacket(bytes, section);
    default:
      return undefined;
  }
}

function decodeInterface(bytes: Buffer, section: Section): CaptureInterface {
  let ticksPerMillisecond = 1e3;
  for (let at = 8; at + 4 <= bytes.length;) {
    const code = shortAt(bytes, at, section);
    const length = shortAt(bytes, at + 2, section);
    if (code === timestampResolution && length === 1) ticksPerMillisecond = toTicks(bytes[at + 4] ?? 6);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return { linkType: shortAt(bytes, 0, section), snapLength: numberAt(bytes, 4, section), ticksPerMillisecond };
}

/** The highest bit says whether the rest is a power of 2 or of 10. */
function toTicks(resolution: number): number {
  return (resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution) / 1000;
}

function decodePacketBlock(
  bytes: Buffer,
  { section, index }: { readonly section: Section; readonly index: number },
): FilePacket | undefined {
  const captureInterface = section.interfaces[index];
  const captured = numberAt(bytes, 12, section);
  if (captureInterface === undefined || 20 + captured > bytes.length) return undefined;
  const ticks = numberAt(bytes, 4, section) * 2 ** 32 + numberAt(bytes, 8, section);
  return {
    bytes: bytes.subarray(20, 20 + captured),
    wireLength: numberAt(bytes, 16, section),
    time: ticks / captureInterface.ticksPerMillisecond,
    linkType: captureInterface.linkType,
  };
}

/** A simple packet has no time: that of the epoch stands for it. */
function decodeSimplePacket(bytes: Buffer, section: Section): FilePacket | undefined {
  const captureInterface = section.interfaces[0];
  if (captureInterface === undefined || bytes.length < 4) return undefined;
  const wireLength = numberAt(bytes, 0, section);
  const captured = Math.min(wireLength, captureInterface.snapLength || wireLength, bytes.length - 4);
  return { bytes: bytes.subarray(4, 4 + captured), wireLength, time: 0, linkType: captureInterface.linkType };
}

function numberAt(bytes: Buffer, at: number, { littleEndian }: Section): number {
  return littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}

function shortAt(bytes: Buffer, at: number, { littleEndian }: Section): number {
  return littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
}
