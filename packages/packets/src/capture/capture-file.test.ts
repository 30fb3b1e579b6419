import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readCaptureFile } from './capture-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'nm-capture-file-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Order {
  readonly littleEndian: boolean;
}

/** Numbers of 32 bits, one after the other. */
function words({ littleEndian }: Order, ...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => {
    if (littleEndian) bytes.writeUInt32LE(value, 4 * index);
    else bytes.writeUInt32BE(value, 4 * index);
  });
  return bytes;
}

function shorts({ littleEndian }: Order, ...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, index) => {
    if (littleEndian) bytes.writeUInt16LE(value, 2 * index);
    else bytes.writeUInt16BE(value, 2 * index);
  });
  return bytes;
}

const payloads = [Buffer.from('one'), Buffer.from('two!'), Buffer.from('')];
const seconds = 1_748_772_000;

function pcap(order: Order, nanoseconds: boolean): Buffer {
  const header = words(order, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 0x00040002, 0, 0, 65535, 276);
  const fraction = nanoseconds ? 250_000_000 : 250_000;
  const packets = payloads.map((data, index) =>
    Buffer.concat([words(order, seconds + index, fraction, data.length, data.length + 5), data]),
  );
  return Buffer.concat([header, ...packets]);
}

function block(order: Order, type: number, body: Buffer): Buffer {
  const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
  const length = padded.length + 12;
  return Buffer.concat([words(order, type, length), padded, words(order, length)]);
}

function pcapng(order: Order): Buffer {
  const section = block(order, 0x0a0d0d0a, words(order, 0x1a2b3c4d, 0x00000001, 0xffffffff, 0xffffffff));
  const nanoseconds = Buffer.concat([shorts(order, 9, 1), Buffer.from([9, 0, 0, 0]), shorts(order, 0, 0)]);
  const device = block(order, 1, Buffer.concat([shorts(order, 276, 0), words(order, 65535), nanoseconds]));
  const unknown = block(order, 5, Buffer.alloc(8));
  const packets = payloads.map((data, index) => {
    const ticks = BigInt(seconds + index) * 1_000_000_000n + 250_000_000n;
    const [high, low] = [Number(ticks >> 32n), Number(ticks & 0xffffffffn)];
    return block(order, 6, Buffer.concat([words(order, 0, high, low, data.length, data.length + 5), data]));
  });
  return Buffer.concat([section, device, unknown, ...packets]);
}

interface Outcome {
  readonly packets: readonly string[];
  /** The packets' bytes. */
  readonly data: readonly string[];
  readonly end: string;
}

async function read(bytes: Buffer): Promise<Outcome> {
  const file = join(directory, 'capture');
  writeFileSync(file, bytes);
  const packets: string[] = [];
  const all: string[] = [];
  const end = await readCaptureFile(file, (frame, linkType) => {
    const data = frame.bytes.toString('latin1', frame.start, frame.end);
    all.push(data);
    packets.push(`${Math.round(frame.time) / 1000} ${data} ${frame.wireLength} ${linkType}`);
  });
  return { packets, data: all, end: end.kind };
}

const expected = payloads.map((data, index) => `${seconds + index + 0.25} ${data.toString()} ${data.length + 5} 276`);

const files: Readonly<Record<string, Buffer>> = {
  'pcap of this machine’s byte order': pcap({ littleEndian: true }, false),
  'pcap of the other byte order': pcap({ littleEndian: false }, false),
  'pcap with nanoseconds': pcap({ littleEndian: true }, true),
  pcapng: pcapng({ littleEndian: true }),
  'pcapng of the other byte order': pcapng({ littleEndian: false }),
};

test.each(Object.entries(files))('%s: packets, times, lengths and link type are read', async (_, bytes) => {
  expect(await read(bytes)).toMatchObject({ packets: expected, end: 'complete' });
});

test.each(Object.entries(files))('%s that breaks off gives its packets up to there', async (_, bytes) => {
  // The last packet is empty in pcap and sixteen bytes of padding and lengths in pcapng.
  expect(await read(bytes.subarray(0, -2))).toMatchObject({ packets: expected.slice(0, 2), end: 'damaged' });
});

test('what is no capture file is refused with a reason', async () => {
  await expect(read(Buffer.from('#!/bin/sh\necho hello\n'))).rejects.toThrow(/neither pcap nor pcapng/);
  await expect(read(Buffer.alloc(2))).rejects.toThrow(/too short/);
  await expect(readCaptureFile(join(directory, 'missing'), () => undefined)).rejects.toThrow(/cannot be opened/);
});

test('whatever bytes follow, it ends and hands over only what is in the file', async () => {
  const damage = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.values(files)), damage, async (bytes, changes) => {
      const damaged = Buffer.from(bytes);
      for (const [at, value] of changes) if (at >= 12 && at < damaged.length) damaged[at] = value;
      const { data } = await read(damaged);
      const text = damaged.toString('latin1');
      let from = 0;
      for (const packet of data) {
        const at = text.indexOf(packet, from);
        expect(at).toBeGreaterThanOrEqual(from); // There it stands, behind the packet before.
        from = at + packet.length;
      }
    }),
    { numRuns: 300 },
  );
});
