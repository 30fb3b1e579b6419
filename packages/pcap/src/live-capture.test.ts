import { createSocket } from 'node:dgram';
import { expect, test, vi } from 'vitest';
import { loadLibpcap } from './libpcap.ts';
import { LiveCapture, type LiveCaptureOptions } from './live-capture.ts';
import { PcapError } from './pcap-error.ts';

const missing = whyNot();
if (missing !== undefined) console.warn(`tests of live captures are left out: ${missing}`);

function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'root is needed';
  try {
    loadLibpcap();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const port = 20_000 + (process.pid % 20_000);
const options: LiveCaptureOptions = {
  device: 'any',
  filter: `udp dst port ${port}`,
  bufferSize: 1 << 20,
  snapLength: 2000,
  timeout: 10,
};

function problemOf(change: Partial<LiveCaptureOptions>): PcapError {
  try {
    new LiveCapture({ ...options, ...change }).close();
  } catch (error) {
    if (error instanceof PcapError) return error;
  }
  throw new Error('it was opened');
}

/** Sends datagrams to our own machine. */
async function send(payloads: readonly Buffer[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const payload of payloads) {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    socket.send(payload, port, '127.0.0.1', resolve);
    await promise;
  }
  socket.close();
}

test.skipIf(missing !== undefined)(
  'packets are handed over in order, with their time and only those of the filter',
  async () => {
    const capture = new LiveCapture(options);
    try {
      const count = 200;
      const seen: number[] = [];
      const before = Date.now();
      const stop = capture.onReadable(() => {
        while (
          capture.read(({ bytes, end, time, wireLength, start }) => {
            expect(wireLength).toBe(end - start);
            expect(Math.abs(time - before)).toBeLessThan(60_000);
            seen.push(bytes.readUInt32BE(end - 4));
          })
        );
      });
      // A few at a time: the ring is small, and whoever sends may be stopped for long.
      for (let next = 0; next < count; next += 20) {
        await send(Array.from({ length: 20 }, (_, index) => Buffer.from([0, 0, 0, next + index])));
        await vi.waitFor(() => expect(seen).toHaveLength(next + 20), { timeout: 30_000, interval: 5 });
      }
      stop();
      expect(seen).toEqual(Array.from({ length: count }, (_, index) => index));
      expect(capture.stats()).toMatchObject({ dropped: 0 });
      expect(capture.linkType).toBe(276);
    } finally {
      capture.close();
    }
  },
);

test.skipIf(missing !== undefined)('a packet longer than what is kept says how long it was', async () => {
  const capture = new LiveCapture({ ...options, snapLength: 100 });
  try {
    const cut = Promise.withResolvers<readonly [number, number]>();
    const stop = capture.onReadable(() => {
      capture.read(({ start, end, wireLength }) => cut.resolve([end - start, wireLength]));
    });
    await send([Buffer.alloc(1000)]);
    expect(await cut.promise).toEqual([100, 1000 + 8 + 20 + 20]);
    stop();
  } finally {
    capture.close();
  }
});

test.skipIf(missing !== undefined)('opening and closing leaves no file open', async () => {
  const { readdirSync } = await import('node:fs');
  const open = (): number => readdirSync('/proc/self/fd').length;
  new LiveCapture(options).close();
  const before = open();
  for (let time = 0; time < 20; time++) {
    const capture = new LiveCapture(options);
    capture.close();
    capture.close();
  }
  expect(open()).toBe(before);
});

test.skipIf(missing !== undefined)('what cannot be opened has a code and a sentence', () => {
  expect(problemOf({ device: 'nothere0' })).toMatchObject({
    code: 'no-such-device',
    message: expect.stringMatching(/nothere0/) as string,
  });
  expect(problemOf({ filter: 'udp port no' })).toMatchObject({
    code: 'bad-filter',
    message: expect.stringMatching(/udp port no/) as string,
  });
});
