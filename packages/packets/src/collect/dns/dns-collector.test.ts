import { encode } from 'dns-packet';
import type { Sighting } from '@network-mapper/model';
import { expect, test } from 'vitest';
import { DnsNameReader } from '../../decode/dns-name.ts';
import { linkTypes } from '../../decode/link.ts';
import type { SkipReason } from '../../skip-reason.ts';
import type { Undecodable } from '../../decode/undecodable.ts';
import { PacketPath } from '../packet-path.ts';
import { ReasonCounts } from '@network-mapper/model';
import { DnsCollector } from './dns-collector.ts';

interface Answer {
  readonly to: string;
  readonly from?: string;
  readonly fromPort?: number;
  readonly address?: string;
  readonly name?: string;
  readonly id?: number;
  readonly port?: number;
  readonly time?: number;
}

function ipv4(text: string): Buffer {
  return Buffer.from(text.split('.').map(Number));
}

/** An IPv4 packet with a DNS answer that says `name` has an address. */
function answerPacket(answer: Answer): Buffer {
  const { to, name = 'cart.example', id = 7, port = 40_000 } = answer;
  const { from = '10.96.0.10', fromPort = 53, address = '192.0.2.1' } = answer;
  const type = address.includes(':') ? 'AAAA' : 'A';
  const message = encode({
    type: 'response',
    id,
    questions: [{ type: 'A', name }],
    answers: [{ type, name, ttl: 30, data: address }],
  });
  const header = Buffer.alloc(28);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(header.length + message.length, 2);
  header.writeUInt8(17, 9);
  ipv4(from).copy(header, 12);
  ipv4(to).copy(header, 16);
  header.writeUInt16BE(fromPort, 20);
  header.writeUInt16BE(port, 22);
  header.writeUInt16BE(8 + message.length, 24);
  return Buffer.concat([header, message]);
}

/** As the decoder computes it. */
function hashOf(name: string): number {
  const bytes = encode({ type: 'query', questions: [{ type: 'A', name }] });
  const reader = new DnsNameReader();
  reader.read({ bytes, start: 0, end: bytes.length }, 12);
  return reader.name.hash;
}

class Node {
  readonly seen: Sighting[] = [];
  readonly skipped = new ReasonCounts<SkipReason>();
  readonly undecodable = new ReasonCounts<Undecodable>();
  readonly #path: PacketPath;

  constructor(ports: readonly number[] = [53, 5353]) {
    const { skipped, undecodable } = this;
    const record = (sighting: Sighting): unknown => this.seen.push(sighting);
    const collector = new DnsCollector({ record, emitEvery: 10_000, skipped, undecodable, ports });
    this.#path = new PacketPath({ collectors: [collector], undecodable });
  }

  answer(answer: Answer): void {
    const bytes = answerPacket(answer);
    const { time = 1000 } = answer;
    this.#path.consume({ bytes, start: 0, end: bytes.length, wireLength: bytes.length, time }, linkTypes.raw);
  }

  lookups(): readonly string[] {
    this.#path.emitDue(Infinity);
    return this.seen.map(({ client, server }) =>
      client.kind === 'address' && server.kind === 'name' ? `${client.ip} ${server.name} ${server.ip}` : 'odd',
    );
  }
}

test('copies of an answer are one lookup', () => {
  const node = new Node();
  for (let copy = 0; copy < 3; copy++) node.answer({ to: '10.244.1.7' });
  expect(node.lookups()).toEqual(['10.244.1.7 cart.example 192.0.2.1']);
});

test('names whose hashes are the same stay apart', () => {
  const node = new Node();
  const names = ['s332789.shop.svc.cluster.local', 's529192.shop.svc.cluster.local'];
  expect(new Set(names.map(hashOf)).size).toBe(1);
  for (const [id, name] of [...names, ...names].entries()) node.answer({ to: '10.244.1.7', id, name });
  expect(node.lookups()).toEqual(names.map(name => `10.244.1.7 ${name} 192.0.2.1`));
});

test('behind masquerading the last copy has the client', () => {
  const node = new Node();
  node.answer({ to: '192.168.0.5' });
  node.answer({ to: '10.244.1.7', time: 1001 });
  expect(node.lookups()).toEqual(['10.244.1.7 cart.example 192.0.2.1']);
});

test.each<{ what: string; other: Partial<Answer> }>([
  { what: 'another question', other: { id: 8 } },
  { what: 'another port', other: { port: 40_001 } },
  { what: 'another name', other: { name: 'mart.example' } },
  { what: 'a later time', other: { time: 2000 } },
])('the answer to $what is not a copy', ({ other }) => {
  const node = new Node();
  node.answer({ to: '10.244.1.7' });
  if (other.time !== undefined) node.answer({ to: '10.0.0.1', id: 99, time: other.time });
  node.answer({ to: '10.244.1.8', ...other });
  expect(node.lookups()).toEqual(expect.arrayContaining(['10.244.1.7 cart.example 192.0.2.1']));
  expect(node.lookups().some(lookup => lookup.startsWith('10.244.1.8'))).toBe(true);
});

test('many clients and names at once are all reported', () => {
  const node = new Node();
  const count = 30_000;
  for (let index = 0; index < count; index++) {
    node.answer({ to: `10.1.${index >> 8}.${index & 255}`, name: `s${index}.example`, id: index & 0xffff });
  }
  expect(new Set(node.lookups()).size).toBe(count);
});

test('an answer to a loopback address is left out by its reason', () => {
  const node = new Node();
  node.answer({ to: '127.0.0.1' });
  expect(node.lookups()).toEqual([]);
  expect(node.skipped.entries()).toEqual([{ reason: 'loopback', count: 1 }]);
});

test('answers are taken from the ports that are configured, and from no other', () => {
  const answers: readonly Answer[] = [
    { to: '10.244.1.7', from: '10.0.0.53', fromPort: 5353, name: 'a.example', id: 1 },
    { to: '10.244.1.7', from: '10.0.0.53', fromPort: 8053, name: 'b.example', id: 2 },
  ];
  const [standard, own] = [new Node(), new Node([8053])];
  for (const answer of answers) {
    standard.answer(answer);
    own.answer(answer);
  }
  expect(standard.lookups()).toEqual(['10.244.1.7 a.example 192.0.2.1']);
  expect(own.lookups()).toEqual(['10.244.1.7 b.example 192.0.2.1']);
});

test('multicast DNS is nobody’s answer', () => {
  const node = new Node();
  node.answer({ to: '224.0.0.251', from: '10.244.1.9', fromPort: 5353, port: 5353, name: 'printer.local' });
  expect(node.lookups()).toEqual([]);
  expect(node.skipped.entries()).toEqual([{ reason: 'multicast', count: 1 }]);
});

test('what a resolver asks for others is not its own call, whether it is known already or not', () => {
  const node = new Node();
  const resolver = '10.244.0.53';
  for (const id of [1, 2]) {
    node.answer({ from: '198.51.100.53', to: resolver, id, port: 41_009, name: 'db.example' });
    node.answer({ from: resolver, to: '10.244.1.7', id, name: 'db.example', time: 1001 });
    node.answer({ from: '10.96.0.10', to: '10.244.1.7', id, name: 'db.example', time: 1001 });
  }
  expect(node.lookups()).toEqual(['10.244.1.7 db.example 192.0.2.1']);
  expect(node.skipped.entries()).toEqual([{ reason: 'resolver', count: 2 }]);
});

test('what a resolver behind masquerading asks is not a call either', () => {
  const node = new Node();
  node.answer({ from: '198.51.100.53', to: '192.168.0.5', name: 'db.example' });
  node.answer({ from: '198.51.100.53', to: '10.244.0.53', name: 'db.example' });
  node.answer({ from: '10.244.0.53', to: '10.244.1.7', id: 9, name: 'db.example' });
  expect(node.lookups()).toEqual(['10.244.1.7 db.example 192.0.2.1']);
});

test.each(['0.0.0.0', '::', '127.0.0.1', '::1', '::ffff:0.0.0.0'])('the answer %s is no address to call', address => {
  const node = new Node();
  for (let copy = 0; copy < 2; copy++) node.answer({ to: '10.244.1.7', address });
  node.answer({ to: '10.244.1.7', id: 8, name: 'other.example' });
  expect(node.lookups()).toEqual(['10.244.1.7 other.example 192.0.2.1']);
  expect(node.skipped.entries()).toEqual([{ reason: 'answer-without-address', count: 1 }]);
});
