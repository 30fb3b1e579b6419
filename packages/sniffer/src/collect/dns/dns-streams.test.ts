import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TcpPacket } from '../../decode/tcp.ts';
import { DnsStreams } from './dns-streams.ts';

const start = 0x7ffffff0; // The numbers wrap within the stream.

interface Part {
  readonly at: number;
  readonly data: Buffer;
}

function packet({ at, data }: Part, { syn = false, client = 5555 } = {}): TcpPacket {
  return {
    kind: 'tcp',
    cut: false,
    bytes: data,
    start: 0,
    end: data.length,
    source: 1,
    destination: 2,
    sourcePort: 53,
    destinationPort: client,
    sequence: (start + at) | 0,
    acknowledgement: 0,
    syn,
    ack: true,
  };
}

/** An answer's header (QR set, one question) and a filling. */
function message(filling: string): Buffer {
  return Buffer.concat([Buffer.from('00078180000100000000000000', 'hex').subarray(0, 12), Buffer.from(filling)]);
}

function framed(messages: readonly Buffer[]): Buffer {
  return Buffer.concat(
    messages.flatMap(one => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(one.length);
      return [length, one];
    }),
  );
}

const messages = ['a', 'bb'.repeat(300), '', 'cart'.repeat(20)].map(message);
const stream = framed(messages);

interface Outcome {
  readonly read: readonly string[];
  readonly gaps: number;
}

function feed(packets: readonly TcpPacket[]): Outcome {
  let gaps = 0;
  const read: string[] = [];
  const streams = new DnsStreams(() => gaps++);
  for (const one of packets)
    streams.observe(one, 0, ({ bytes, start: from, end }) => read.push(bytes.toString('hex', from, end)));
  streams.forgetIdle(Infinity);
  return { read, gaps };
}

const whole: Outcome = { read: messages.map(one => one.toString('hex')), gaps: 0 };
const synAck = packet({ at: -1, data: Buffer.alloc(0) }, { syn: true });

function partsOf(cuts: readonly number[]): readonly Part[] {
  const at = [...new Set([0, ...cuts, stream.length])].sort((a, b) => a - b);
  return at.slice(1).map((end, index) => ({ at: at[index] ?? 0, data: stream.subarray(at[index], end) }));
}

const cuts = fc.array(fc.nat(stream.length), { maxLength: 10 });

test('messages are found however the stream is cut into segments, and copies change nothing', () => {
  fc.assert(
    fc.property(cuts, at => {
      const packets = partsOf(at).flatMap(part => [packet(part), packet(part)]);
      expect(feed([synAck, ...packets])).toEqual(whole);
    }),
  );
});

test('segments that come out of order are put in order', () => {
  fc.assert(
    fc.property(cuts, fc.array(fc.nat(), { minLength: 11, maxLength: 11 }), (at, order) => {
      const shuffled = partsOf(at)
        .map((part, index) => ({ part, order: order[index] ?? 0 }))
        .sort((a, b) => a.order - b.order)
        .map(({ part }) => packet(part));
      expect(feed([synAck, ...shuffled])).toEqual(whole);
    }),
  );
});

test('repetitions that are cut otherwise overlap without harm', () => {
  const packets = [
    packet({ at: 0, data: stream.subarray(0, 100) }),
    packet({ at: 50, data: stream.subarray(50, 400) }),
    packet({ at: 0, data: stream }),
  ];
  expect(feed([synAck, ...packets])).toEqual(whole);
});

test('a stream whose beginning was not seen is joined where a message begins', () => {
  expect(feed(partsOf([]).map(part => packet(part)))).toEqual(whole);
});

test('a part in the middle that is missing is told', () => {
  const [first, , ...rest] = partsOf([10, 200, 400]).map(part => packet(part));
  expect(feed([synAck, ...(first === undefined ? [] : [first]), ...rest])).toMatchObject({ gaps: 1 });
});

test('whatever comes, it neither throws nor holds more than its bound', () => {
  const part = fc.record({
    at: fc.integer({ min: -100_000, max: 100_000 }),
    data: fc.uint8Array({ maxLength: 500 }).map(data => Buffer.from(data)),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(part, fc.boolean(), fc.nat(3)), { maxLength: 60 }), segments => {
      expect(() => feed(segments.map(([one, syn, client]) => packet(one, { syn, client })))).not.toThrow();
    }),
    { numRuns: 1000 },
  );
});
