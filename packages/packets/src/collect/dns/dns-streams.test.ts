import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TcpPacket } from '../../decode/tcp.ts';
import { DnsStreams, type DnsStreamLimits } from './dns-streams.ts';

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

function feed(packets: readonly TcpPacket[], limits?: DnsStreamLimits): Outcome {
  let gaps = 0;
  const read: string[] = [];
  const streams = new DnsStreams({ onGap: () => gaps++, ...(limits === undefined ? {} : { limits }) });
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

test('a part in the middle that is missing is a gap', () => {
  const [first, , ...rest] = partsOf([10, 200, 400]).map(part => packet(part));
  expect(feed([synAck, ...(first === undefined ? [] : [first]), ...rest])).toMatchObject({ gaps: 1 });
});

const limits: DnsStreamLimits = { streams: 2, bytes: 1000, early: 3, idle: 10_000 };
/** One message, in two parts. */
const [front, back] = [stream.subarray(2, 8), stream.subarray(8, 16)];
const single = framed([Buffer.concat([front, back])]);
const halves = (client: number): readonly [TcpPacket, TcpPacket] => [
  packet({ at: 0, data: single.subarray(0, 9) }, { client }),
  packet({ at: 9, data: single.subarray(9) }, { client }),
];
const begin = (client: number): TcpPacket => packet({ at: -1, data: Buffer.alloc(0) }, { syn: true, client });

test('a new stream takes the place of the oldest where there is no room', () => {
  const [[first, second], [third, fourth], [fifth, sixth]] = [halves(1), halves(2), halves(3)];
  const { read } = feed([begin(1), first, begin(2), third, begin(3), fifth, second, fourth, sixth], limits);
  expect(read).toHaveLength(2); // Of the streams of clients 2 and 3.
});

test('what streams hold is bounded, and what was taken out of them counts no more', () => {
  const long = framed([message('x'.repeat(900))]);
  const inTwo = (at: number): readonly TcpPacket[] => [
    packet({ at, data: long.subarray(0, 800) }),
    packet({ at: at + 800, data: long.subarray(800) }),
  ];
  const many = Array.from({ length: 20 }, (_, index) => inTwo(index * long.length)).flat();
  expect(feed([synAck, ...many], limits).read).toHaveLength(20);
  const tooLong = framed([message('x'.repeat(2000))]);
  const parts = [
    packet({ at: 0, data: tooLong.subarray(0, 1500) }),
    packet({ at: 1500, data: tooLong.subarray(1500) }),
  ];
  expect(feed([synAck, ...parts], limits)).toMatchObject({ read: [] });
  expect(feed([synAck, ...parts]).read).toHaveLength(1);
});

test('segments wait for one that is missing, up to a number', () => {
  const parts = partsOf([10, 20, 30, 40, 50]).map(part => packet(part));
  const [first, ...later] = parts;
  const late = first === undefined ? [] : [first];
  expect(feed([synAck, ...later.slice(-3), ...parts.slice(0, -3)], limits)).toEqual(whole);
  expect(feed([synAck, ...later, ...late], limits).gaps).toBeGreaterThan(0);
});

test('a stream that is silent is forgotten', () => {
  let gaps = 0;
  const read: number[] = [];
  const streams = new DnsStreams({ onGap: () => gaps++, limits });
  const [first, second] = halves(1);
  for (const one of [begin(1), first]) streams.observe(one, 0, ({ start: from }) => read.push(from));
  streams.forgetIdle(9_000);
  expect(gaps).toBe(0);
  streams.forgetIdle(10_000);
  streams.observe(second, 10_000, ({ start: from }) => read.push(from));
  expect({ gaps, read }).toEqual({ gaps: 2, read: [] });
});

test('whatever comes, there are messages or gaps', () => {
  const part = fc.record({
    at: fc.integer({ min: -100_000, max: 100_000 }),
    data: fc.uint8Array({ maxLength: 500 }).map(data => Buffer.from(data)),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(part, fc.boolean(), fc.nat(3)), { maxLength: 60 }), segments => {
      const packets = segments.map(([one, syn, client]) => packet(one, { syn, client }));
      const fed = packets.reduce((sum, one) => sum + one.end - one.start, 0);
      const read = feed(packets).read.reduce((sum, text) => sum + 2 + text.length / 2, 0);
      expect(read).toBeLessThanOrEqual(fed); // Nothing is read twice.
    }),
    { numRuns: 1000 },
  );
});
