import { encode, type Answer } from 'dns-packet';
import { DnsDecoder } from '../../../packages/packets/src/decode/dns.ts';
import { linkTypes } from '../../../packages/packets/src/decode/link.ts';
import { decodePacket } from '../../../packages/packets/src/decode/packet.ts';
import { isUndecodable } from '../../../packages/packets/src/decode/undecodable.ts';
import type { Slice } from '../../../packages/packets/src/decode/slice.ts';

const name = 'cartservice.shop.svc.cluster.local';
const address = (index: number): Answer => ({ type: 'A', name, ttl: 30, data: `10.96.14.${index}` });

const kinds: Readonly<Record<string, readonly Answer[]>> = {
  '1 address': [address(1)],
  '5 addresses': [1, 2, 3, 4, 5].map(address),
  '2 aliases, 1 address': [
    { type: 'CNAME', name, ttl: 30, data: 'www.cdn.example' },
    { type: 'CNAME', name: 'www.cdn.example', ttl: 30, data: 'edge7.cdn.example' },
    { type: 'A', name: 'edge7.cdn.example', ttl: 30, data: '198.51.100.7' },
  ],
};

const rounds = 7;
const perRound = 400_000;
const decoder = new DnsDecoder();

/** Nanoseconds a message of each kind takes, the DNS message alone and the whole frame: the best of several rounds. */
export function measureDecoder(): readonly (readonly [string, number, number])[] {
  const measured = Object.entries(kinds).map(([kind, answers]) => {
    const messages = [message(answers)];
    return [kind, measure(messages, decodeMessage), measure(messages.map(frame), decodeFrame)] as const;
  });
  const mix = [...Object.values(kinds).map(message), nxdomain()];
  return [...measured, ['even mix, with NXDOMAIN', measure(mix, decodeMessage), measure(mix.map(frame), decodeFrame)]];
}

function measure(slices: readonly Slice[], decode: (slice: Slice) => number): number {
  let best = Infinity;
  let addresses = 0;
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint();
    for (let index = 0; index < perRound; index++) {
      const slice = slices[index % slices.length];
      if (slice !== undefined) addresses += decode(slice);
    }
    best = Math.min(best, Number(process.hrtime.bigint() - start) / perRound);
  }
  if (addresses === 0) throw new Error('nothing was decoded');
  return best;
}

function decodeMessage(slice: Slice): number {
  const answer = decoder.decode(slice);
  return isUndecodable(answer) ? 0 : answer.addresses.length;
}

function decodeFrame(slice: Slice): number {
  const packet = decodePacket(slice, linkTypes.raw);
  return isUndecodable(packet) || packet.kind !== 'udp' ? 0 : decodeMessage(packet);
}

function message(answers: readonly Answer[]): Slice {
  return toSlice(
    compress(encode({ type: 'response', id: 7, questions: [{ type: 'A', name }], answers: [...answers] })),
  );
}

function nxdomain(): Slice {
  return toSlice(encode({ type: 'response', id: 7, flags: 3, questions: [{ type: 'A', name }], answers: [] }));
}

/** Says a name that occurred before by a pointer, as servers do. */
function compress(bytes: Buffer): Buffer {
  return [name, 'www.cdn.example', 'edge7.cdn.example'].reduce(compressName, bytes);
}

function compressName(bytes: Buffer, repeated: string): Buffer {
  const wire = Buffer.from(
    repeated
      .split('.')
      .map(label => String.fromCharCode(label.length) + label)
      .join('') + '\0',
  );
  const first = bytes.indexOf(wire);
  if (first < 0) return bytes;
  let from = first + wire.length;
  const parts = [bytes.subarray(0, from)];
  for (let at = bytes.indexOf(wire, from); at >= 0; at = bytes.indexOf(wire, from)) {
    parts.push(bytes.subarray(from, at), Buffer.from([0xc0, first]));
    from = at + wire.length;
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}

function toSlice(bytes: Buffer): Slice {
  return { bytes, start: 0, end: bytes.length };
}

/** The message in UDP and IPv4. */
function frame({ bytes }: Slice): Slice {
  const header = Buffer.alloc(28);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(28 + bytes.length, 2);
  header.writeUInt8(17, 9);
  header.writeUInt16BE(53, 20);
  header.writeUInt16BE(8 + bytes.length, 24);
  return toSlice(Buffer.concat([header, bytes]));
}
