import { decode as oracle, encode, type Answer, type DecodedPacket } from 'dns-packet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAddress, type PackedAddress } from './address.ts';
import { DnsDecoder, type DnsAnswer } from './dns.ts';
import { isUndecodable, type Undecodable } from './undecodable.ts';

const authoritativeAnswer = 1024;

function response(name: string, answers: Answer[], more: Partial<DecodedPacket> = {}): Buffer {
  return encode({
    type: 'response',
    id: 7,
    flags: authoritativeAnswer,
    questions: [{ type: 'A', class: 'IN', name }],
    answers,
    ...more,
  });
}

const decoder = new DnsDecoder();

/** Decodes a message in the middle of a buffer, between bytes with the given value. */
function decode(bytes: Buffer, around = 0xc0): DnsAnswer | Undecodable {
  const padded = Buffer.concat([Buffer.alloc(3, around), bytes, Buffer.alloc(20, around)]);
  return decoder.decode({ bytes: padded, start: 3, end: 3 + bytes.length });
}

/** `name address ttl` of each address in the answer. */
function addressesOf(bytes: Buffer): readonly string[] | Undecodable {
  const answer = decode(bytes);
  if (isUndecodable(answer)) return answer;
  return answer.addresses.map(({ name, address, ttl }) => `${name.text} ${formatAddress(address)} ${ttl}`);
}

test('each address of an answer is found with its name and TTL', () => {
  const name = 'cart.shop.svc.cluster.local';
  const bytes = response(name, [
    { type: 'A', name, ttl: 30, data: '10.96.14.2' },
    { type: 'A', name, ttl: 30, data: '10.96.14.3' },
    { type: 'AAAA', name, ttl: 45, data: '2001:db8::5' },
  ]);
  expect(addressesOf(bytes)).toEqual([
    'cart.shop.svc.cluster.local 10.96.14.2 30',
    'cart.shop.svc.cluster.local 10.96.14.3 30',
    'cart.shop.svc.cluster.local 2001:db8::5 45',
  ]);
});

const chain: Answer[] = [
  { type: 'CNAME', name: 'www.example.com', ttl: 300, data: 'www.cdn.example' },
  { type: 'CNAME', name: 'www.cdn.example', ttl: 120, data: 'edge7.cdn.example' },
  { type: 'A', name: 'edge7.cdn.example', ttl: 20, data: '198.51.100.7' },
];

test('a chain of aliases leads back to the name that was asked for, with the TTL of the address', () => {
  expect(addressesOf(response('www.example.com', chain))).toEqual(['www.example.com 198.51.100.7 20']);
});

test('aliases count in whatever order they come', () => {
  expect(addressesOf(response('www.example.com', chain.toReversed()))).toEqual(['www.example.com 198.51.100.7 20']);
});

test('a chain of aliases that bites its tail ends', () => {
  const loop: Answer[] = [
    { type: 'CNAME', name: 'a.example', ttl: 1, data: 'b.example' },
    { type: 'CNAME', name: 'b.example', ttl: 1, data: 'a.example' },
    { type: 'A', name: 'a.example', ttl: 1, data: '192.0.2.1' },
  ];
  expect(addressesOf(response('a.example', loop))).toEqual(['a.example 192.0.2.1 1']);
});

test('an alias’s target that is said by a pointer is the alias’s target', () => {
  const answers: Answer[] = [
    { type: 'CNAME', name: 'a.example', ttl: 300, data: 'b.example' },
    { type: 'A', name: 'b.example', ttl: 20, data: '198.51.100.7' },
  ];
  const bytes = response('a.example', answers);
  const target = Buffer.from('\x01b\x07example\0');
  const first = bytes.indexOf(target);
  const owner = bytes.indexOf(target, first + 1);
  const pointer = Buffer.from([0xc0, first]);
  const pointed = Buffer.concat([bytes.subarray(0, owner), pointer, bytes.subarray(owner + target.length)]);
  expect(addressesOf(pointed)).toEqual(['a.example 198.51.100.7 20']);
});

test('names are compared without case, so they are decoded into lower case', () => {
  expect(addressesOf(response('Cart.SHOP', [{ type: 'A', name: 'CART.shop', data: '10.0.0.1', ttl: 5 }]))).toEqual([
    'cart.shop 10.0.0.1 5',
  ]);
});

test('a negative answer has no addresses, even if it carries some', () => {
  const nxdomain = 3;
  const bytes = response('nope.example', [{ type: 'A', name: 'nope.example', ttl: 1, data: '192.0.2.1' }], {
    flags: nxdomain,
  });
  expect(decode(bytes)).toEqual({ addresses: [], cut: false, odd: undefined });
});

test('what EDNS and other sections add changes nothing', () => {
  const bytes = response('a.example', [{ type: 'A', name: 'a.example', ttl: 9, data: '192.0.2.1' }], {
    authorities: [{ type: 'NS', name: 'example', data: 'ns.example' }],
    additionals: [
      { type: 'A', name: 'ns.example', ttl: 1, data: '192.0.2.53' },
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: 1232,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  });
  expect(addressesOf(bytes)).toEqual(['a.example 192.0.2.1 9']);
});

test('records of other types and classes are passed over', () => {
  const bytes = response('a.example', [
    { type: 'TXT', name: 'a.example', ttl: 9, data: 'v=1' },
    { type: 'A', class: 'CH', name: 'a.example', ttl: 9, data: '192.0.2.9' },
    { type: 'A', name: 'a.example', ttl: 9, data: '192.0.2.1' },
  ]);
  expect(addressesOf(bytes)).toEqual(['a.example 192.0.2.1 9']);
});

test('a query is not an answer', () => {
  expect(decode(encode({ type: 'query', questions: [{ type: 'A', name: 'a.example' }] }))).toBe('dns-not-an-answer');
});

test('of an answer that is cut, the whole records count', () => {
  const name = 'a.example';
  const bytes = response(name, [
    { type: 'A', name, ttl: 9, data: '192.0.2.1' },
    { type: 'A', name, ttl: 9, data: '192.0.2.2' },
  ]);
  const answer = decode(bytes.subarray(0, -3));
  expect(answer).toMatchObject({ cut: true, addresses: [{ name: { text: name } }] });
});

test('a TTL with its highest bit set is zero', () => {
  const ttls = [0x7fffffff, 0x80000000, 0xffffffff];
  const bytes = response(
    'a.example',
    ttls.map(ttl => ({ type: 'A', name: 'a.example', ttl, data: '192.0.2.1' })),
  );
  expect(addressesOf(bytes)).toEqual([
    'a.example 192.0.2.1 2147483647',
    'a.example 192.0.2.1 0',
    'a.example 192.0.2.1 0',
  ]);
});

test.each<{ what: string; damage: (bytes: Buffer, record: number) => void; reason: Undecodable }>([
  {
    what: 'an owner that no host has',
    damage: (bytes, at) => bytes.write('\n', at + 1),
    reason: 'dns-name-unprintable',
  },
  {
    what: 'an address of the wrong length',
    damage: (bytes, at) => bytes.writeUInt16BE(1, at + 10),
    reason: 'dns-malformed',
  },
])('a record with $what does not hide the records beside it', ({ damage, reason }) => {
  const names = ['a.example', 'b.xample', 'a.example'];
  const bytes = response(
    'a.example',
    names.map((name, index) =>
      name === 'b.xample'
        ? { type: 'AAAA', name, ttl: 9, data: '2001:db8::1' }
        : { type: 'A', name, ttl: 9, data: `192.0.2.${index}` },
    ),
  );
  const at = bytes.indexOf('\x01b');
  expect(bytes.readUInt16BE(at + 10)).toBe(28); // Behind the owner, the type: AAAA.
  damage(bytes, at);
  expect(addressesOf(bytes)).toEqual(['a.example 192.0.2.0 9', 'a.example 192.0.2.2 9']);
  expect(decode(bytes)).toMatchObject({ odd: reason });
});

test('a compression pointer to itself, or forward, ends what can be read', () => {
  const bytes = compressed('a.example', [{ name: 'a.example', data: '192.0.2.1' }]);
  const owner = bytes.length - 16;
  expect(bytes.readUInt16BE(owner)).toBe(0xc00c);
  expect(addressesOf(bytes)).toEqual(['a.example 192.0.2.1 9']);
  for (const target of [owner, owner + 4]) {
    const looped = Buffer.from(bytes);
    looped.writeUInt16BE(0xc000 | target, owner);
    expect(decode(looped)).toEqual({ addresses: [], cut: false, odd: 'dns-malformed' });
  }
});

test('a name that no host has is refused with a reason', () => {
  const bytes = response('a.example', [{ type: 'A', name: 'a.example', ttl: 9, data: '192.0.2.1' }]);
  bytes[13] = 0x0a; // A line feed instead of the "a".
  expect(decode(bytes)).toBe('dns-name-unprintable');
});

const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9-]{0,18}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map(labels => labels.join('.'));
const ttl = fc.nat(100_000);
const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({ type: fc.constant('A' as const), name, ttl, data: fc.ipV4() }),
  fc.record({ type: fc.constant('CNAME' as const), name, ttl, data: name }),
  fc.record({ type: fc.constant('TXT' as const), name, ttl, data: fc.string({ maxLength: 30 }) }),
  fc.record({ type: fc.constant('SRV' as const), name, ttl, data: fc.record({ port: fc.nat(65535), target: name }) }),
);

test('on valid answers it agrees with an independent decoder', () => {
  fc.assert(
    fc.property(name, fc.array(answer, { maxLength: 8 }), (question, answers) => {
      const bytes = response(question, answers);
      const expected = expectedAddresses(oracle(bytes).answers ?? []);
      expect(addressesOf(bytes)).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});

interface AddressRecord {
  readonly name: string;
  readonly data: string;
}

/**
 * A response as servers make it: names that occurred before are said by a pointer to the place (RFC 1035 section
 * 4.1.4).
 */
function compressed(question: string, records: readonly AddressRecord[]): Buffer {
  const places = new Map<string, number>();
  const header = response(question, []);
  header.writeUInt16BE(records.length, 6);
  let length = 12;
  const encodeName = (text: string): Buffer => {
    const labels = text.split('.');
    const parts: Buffer[] = [];
    while (labels.length > 0) {
      const rest = labels.join('.');
      const place = places.get(rest);
      if (place !== undefined) {
        length += 2;
        return Buffer.concat([...parts, Buffer.from([0xc0 | (place >> 8), place & 0xff])]);
      }
      places.set(rest, length);
      const label = Buffer.from(labels.shift() ?? '');
      parts.push(Buffer.from([label.length]), label);
      length += 1 + label.length;
    }
    length += 1;
    return Buffer.concat([...parts, Buffer.from([0])]);
  };
  encodeName(question);
  length += 4;
  const answers = records.map(({ name: owner, data }) => {
    const encodedOwner = encodeName(owner);
    length += 14;
    return Buffer.concat([
      encodedOwner,
      Buffer.from([0, 1, 0, 1, 0, 0, 0, 9, 0, 4]),
      Buffer.from(data.split('.').map(Number)),
    ]);
  });
  return Buffer.concat([header, ...answers]);
}

test('on compressed answers it agrees with an independent decoder', () => {
  const record = fc.record({ name, data: fc.ipV4() });
  fc.assert(
    fc.property(name, fc.array(record, { maxLength: 8 }), (question, records) => {
      const again = records.map((address, index) => (index % 2 === 0 ? { ...address, name: question } : address));
      const bytes = compressed(question, again);
      expect(addressesOf(bytes)).toEqual(expectedAddresses(oracle(bytes).answers ?? []));
      expect(addressesOf(bytes)).toEqual(again.map(address => `${address.name} ${address.data} 9`));
    }),
    { numRuns: 2000 },
  );
});

/** What the independent decoder's records mean, by the rule of the specification. */
function expectedAddresses(answers: readonly Answer[]): readonly string[] {
  const aliases = new Map(
    answers.flatMap(record => (record.type === 'CNAME' ? [[record.data, record.name] as const] : [])),
  );
  return answers.flatMap(record => {
    if (record.type !== 'A') return [];
    let first = record.name;
    for (let left = aliases.size; left > 0; left--) first = aliases.get(first) ?? first;
    return `${first} ${record.data} ${record.ttl ?? 0}`;
  });
}

test('whatever bytes come, there is an answer or a reason', () => {
  const valid = response('www.example.com', chain);
  const mutated = fc
    .record({
      flips: fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 6 }),
      length: fc.nat(valid.length),
    })
    .map(({ flips, length }) => {
      const copy = Buffer.from(valid);
      for (const [at, value] of flips) copy[at] = value;
      return copy.subarray(0, length);
    });
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 300 })), bytes => {
      const message = Buffer.from(bytes);
      const result = decode(message);
      expect(decode(message, 0x01)).toEqual(result); // Nothing around the message was read.
      if (isUndecodable(result)) return;
      const text = message.toString('latin1');
      for (const { address } of result.addresses) expect(text).toContain(addressKeyInMessage(address));
    }),
    { numRuns: 20_000 },
  );
});

/** The bytes of an address as they stand in a message. */
function addressKeyInMessage(address: PackedAddress): string {
  if (typeof address === 'string') return address;
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(address);
  return bytes.toString('latin1');
}

/** A record: its owner as it stands in the message, and its data. */
function record(owner: Buffer, type: number, data: Buffer): Buffer {
  const fixed = Buffer.from([0, type, 0, 1, 0, 0, 0, 9, 0, 0]);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([owner, fixed, data]);
}

function crafted(records: readonly Buffer[]): Buffer {
  const header = response('a.example', []);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, ...records]);
}

/** Label by label, uncompressed. */
function wire(name: string): Buffer {
  return Buffer.concat([
    ...name.split('.').map(label => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);
}

test('a chain of sixty aliases is followed, and of addresses some hundreds are taken', () => {
  const names = numbered(61).map(index => (index === 0 ? 'a.example' : `n${index}.example`));
  const aliases = names.slice(1).map((name, index) => record(wire(names[index] ?? ''), 5, wire(name)));
  const address = record(wire('n60.example'), 1, Buffer.from([192, 0, 2, 1]));
  expect(addressesOf(crafted([...aliases, address]))).toEqual(['a.example 192.0.2.1 9']);
  const many = crafted(
    numbered(1500).map(index => record(toQuestion, 1, Buffer.from([10, 0, index >> 8, index & 255]))),
  );
  expect(decode(many)).toMatchObject({ cut: true, odd: 'dns-too-long' });
  expect(addressesOf(many)).toHaveLength(1024);
});

const toQuestion = Buffer.from([0xc0, 12]);
const longName = Array.from({ length: 4 }, () => 'x'.repeat(60)).join('.');
const numbered = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const expensive: readonly { readonly what: string; readonly message: Buffer }[] = [
  {
    what: 'a chain of 1,500 aliases before 1,000 addresses of its last name',
    message: crafted([
      ...numbered(1500).map(index => record(wire(`n${index}`), 5, wire(`n${index + 1}`))),
      ...numbered(1000).map(() => record(wire('n1500'), 1, Buffer.alloc(4, 9))),
    ]),
  },
  {
    what: 'the same, the other way round',
    message: crafted([
      ...numbered(1000).map(() => record(wire('n1500'), 1, Buffer.alloc(4, 9))),
      ...numbered(1500).map(index => record(wire(`n${1499 - index}`), 5, wire(`n${1500 - index}`))),
    ]),
  },
  {
    what: 'a chain of pointers to pointers',
    message: crafted([
      record(
        toQuestion,
        16,
        Buffer.concat(
          numbered(8000).map(index => Buffer.from([0xc0 | ((38 + 2 * index) >> 8), (38 + 2 * index) & 0xff])),
        ),
      ),
      ...numbered(3000).map(() => record(Buffer.from([0xff, 0x00]), 1, Buffer.alloc(4, 9))),
    ]),
  },
  {
    what: 'thousands of pointers to a long name',
    message: crafted([
      record(wire(longName), 1, Buffer.alloc(4, 9)),
      ...numbered(3500).map(() => record(Buffer.from([1, 0x61, 0xc0, 27]), 1, Buffer.alloc(4, 9))),
    ]),
  },
];

test.each(expensive)('$what costs no more than any message of its length', ({ message }) => {
  const plain = crafted(
    numbered(Math.floor(message.length / 30)).map(() => record(wire('other.example'), 1, Buffer.alloc(4, 9))),
  );
  const [costOf, runs] = [(bytes: Buffer): number => cheapest(() => decode(bytes)), 20];
  function cheapest(work: () => void): number {
    let least = Infinity;
    for (let run = 0; run < runs; run++) {
      const start = performance.now();
      work();
      least = Math.min(least, performance.now() - start);
    }
    return least;
  }
  expect(costOf(message)).toBeLessThan(20 * costOf(plain) + 1);
});
