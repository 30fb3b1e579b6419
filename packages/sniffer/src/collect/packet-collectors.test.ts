import { encode } from 'dns-packet';
import { expect, test } from 'vitest';
import { readName, rootName } from '../decode/dns-name.ts';
import { linkTypes } from '../decode/link.ts';
import type { Sighting } from '../sighting.ts';
import { PacketCollectors } from './packet-collectors.ts';

interface Answer {
  readonly to: string;
  readonly name?: string;
  readonly id?: number;
  readonly port?: number;
  readonly time?: number;
}

function ipv4(text: string): Buffer {
  return Buffer.from(text.split('.').map(Number));
}

/** An IPv4 packet with a DNS answer that says `name` has the address 192.0.2.1. */
function answerPacket({ to, name = 'cart.example', id = 7, port = 40_000 }: Answer): Buffer {
  const message = encode({
    type: 'response',
    id,
    questions: [{ type: 'A', name }],
    answers: [{ type: 'A', name, ttl: 30, data: '192.0.2.1' }],
  });
  const header = Buffer.alloc(28);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(header.length + message.length, 2);
  header.writeUInt8(17, 9);
  ipv4('10.96.0.10').copy(header, 12);
  ipv4(to).copy(header, 16);
  header.writeUInt16BE(53, 20);
  header.writeUInt16BE(port, 22);
  header.writeUInt16BE(8 + message.length, 24);
  return Buffer.concat([header, message]);
}

/** As the decoder computes it. */
function hashOf(name: string): number {
  const bytes = encode({ type: 'query', questions: [{ type: 'A', name }] });
  const read = { name: rootName, next: 0 };
  readName({ bytes, start: 0, end: bytes.length }, 12, read);
  return read.name.hash;
}

class Node {
  readonly seen: Sighting[] = [];
  readonly collectors = new PacketCollectors({
    recordDns: sighting => this.seen.push(sighting),
    handOverEvery: 10_000,
  });

  answer(answer: Answer): void {
    const bytes = answerPacket(answer);
    const { time = 1000 } = answer;
    this.collectors.consume({ bytes, start: 0, end: bytes.length, wireLength: bytes.length, time }, linkTypes.raw);
  }

  lookups(): readonly string[] {
    this.collectors.settle(Infinity);
    return this.seen.map(({ client, server }) => `${client.ip} ${server.name} ${server.ip}`);
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

test('many clients and names at once are all told', () => {
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
  expect(node.collectors.skipped.entries()).toEqual([{ reason: 'loopback', count: 1 }]);
});
