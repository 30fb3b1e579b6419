import { expect, test } from 'vitest';
import { packIpv4, type PackedAddress } from '../decode/address.ts';
import type { TcpPacket } from '../decode/tcp.ts';
import type { Sighting } from '../sighting.ts';
import { TcpOpens } from './tcp-opens.ts';

interface Segment {
  readonly from: string;
  readonly to: string;
  /** Of the client, whichever direction. */
  readonly sequence?: number;
}

function endpoint(text: string): { readonly address: PackedAddress; readonly port: number } {
  const [ip = '', port] = text.split(':');
  return { address: packIpv4(Buffer.from(ip.split('.').map(Number)), 0), port: Number(port) };
}

function segment({ from, to, sequence = 1000 }: Segment, ack: boolean): TcpPacket {
  const [source, destination] = [endpoint(from), endpoint(to)];
  return {
    kind: 'tcp',
    cut: false,
    bytes: Buffer.alloc(0),
    start: 0,
    end: 0,
    source: source.address,
    destination: destination.address,
    sourcePort: source.port,
    destinationPort: destination.port,
    sequence: ack ? 777 : sequence,
    acknowledgement: ack ? (sequence + 1) | 0 : 0,
    syn: true,
    ack,
  };
}

class Node {
  readonly seen: Sighting[] = [];
  readonly #opens = new TcpOpens(sighting => this.seen.push(sighting), 10_000);
  now = 1_000_000;

  syn(packet: Segment): void {
    this.#opens.observe(segment(packet, false), this.now);
  }

  synAck(packet: Segment): void {
    this.#opens.observe(segment(packet, true), this.now);
  }

  after(milliseconds: number): readonly string[] {
    this.now += milliseconds;
    this.seen.length = 0;
    this.#opens.settle(this.now);
    return this.seen.map(
      ({ client, server, accepted, connections }) =>
        `${client.ip} -> ${server.name}=${server.ip}:${server.port} ${accepted ? 'accepted' : 'tried'} ${connections}`,
    );
  }
}

const client = '10.244.1.7:40000';
const service = '10.96.14.2:80';
const pod = '10.244.2.9:8080';

test('the copies of a connection between pods count once', () => {
  const node = new Node();
  for (let copy = 0; copy < 3; copy++) node.syn({ from: client, to: pod });
  for (let copy = 0; copy < 3; copy++) node.synAck({ from: pod, to: client });
  expect(node.after(1000)).toEqual(['10.244.1.7 -> 10.244.2.9=10.244.2.9:8080 accepted 1']);
  expect(node.after(60_000)).toEqual([]);
});

test('a Service’s address and the pod behind it are found together, with the port that was called', () => {
  const node = new Node();
  node.syn({ from: client, to: service });
  node.syn({ from: client, to: pod });
  node.synAck({ from: pod, to: client });
  node.synAck({ from: service, to: client });
  expect(node.after(1000)).toEqual(['10.244.1.7 -> 10.96.14.2=10.244.2.9:80 accepted 1']);
});

test('a client behind masquerading is told by its own address', () => {
  const node = new Node();
  node.syn({ from: client, to: '93.184.216.34:443' });
  node.syn({ from: '192.168.0.5:40000', to: '93.184.216.34:443' });
  node.synAck({ from: '93.184.216.34:443', to: '192.168.0.5:40000' });
  node.synAck({ from: '93.184.216.34:443', to: client });
  expect(node.after(1000)).toEqual(['10.244.1.7 -> 93.184.216.34=93.184.216.34:443 accepted 1']);
});

test('a SYN-ACK alone shows a connection, also through a Service', () => {
  const node = new Node();
  node.synAck({ from: pod, to: client });
  node.synAck({ from: service, to: client });
  expect(node.after(1000)).toEqual(['10.244.1.7 -> 10.96.14.2=10.244.2.9:80 accepted 1']);
});

test('an attempt is told apart from a connection, and its repetitions are not counted', () => {
  const node = new Node();
  node.syn({ from: client, to: pod });
  expect(node.after(1000)).toEqual([]);
  node.syn({ from: client, to: pod });
  expect(node.after(4000)).toEqual(['10.244.1.7 -> 10.244.2.9=10.244.2.9:8080 tried 1']);
  node.syn({ from: client, to: pod });
  expect(node.after(8000)).toEqual([]);
});

test('an attempt that is accepted late becomes a connection, counted once', () => {
  const node = new Node();
  node.syn({ from: client, to: pod });
  expect(node.after(4000)).toEqual(['10.244.1.7 -> 10.244.2.9=10.244.2.9:8080 tried 1']);
  node.syn({ from: client, to: pod });
  node.synAck({ from: pod, to: client });
  expect(node.after(1000)).toEqual(['10.244.1.7 -> 10.244.2.9=10.244.2.9:8080 accepted 0']);
});

test('two connections that have one sequence number by chance stay two', () => {
  const node = new Node();
  node.syn({ from: client, to: pod });
  node.synAck({ from: pod, to: client });
  node.syn({ from: '10.244.3.3:51000', to: '10.244.4.4:9000' });
  node.synAck({ from: '10.244.4.4:9000', to: '10.244.3.3:51000' });
  expect(node.after(1000)).toEqual([
    '10.244.1.7 -> 10.244.2.9=10.244.2.9:8080 accepted 1',
    '10.244.3.3 -> 10.244.4.4=10.244.4.4:9000 accepted 1',
  ]);
});

test('connections that come again and again are handed over every few seconds, each counted once', () => {
  const node = new Node();
  let handed = 0;
  let connections = 0;
  for (let second = 0; second < 60; second++) {
    node.syn({ from: client, to: pod, sequence: second });
    node.synAck({ from: pod, to: client, sequence: second });
    node.after(1000);
    handed += node.seen.length;
    for (const sighting of node.seen) connections += sighting.connections ?? 0;
  }
  node.after(Infinity);
  for (const sighting of node.seen) connections += sighting.connections ?? 0;
  expect(handed).toBeLessThan(10);
  expect(connections).toBe(60);
});

test('a clock that is set back does not keep connections waiting', () => {
  const node = new Node();
  node.syn({ from: client, to: pod });
  node.synAck({ from: pod, to: client });
  expect(node.after(-3_600_000)).toHaveLength(1);
});

test('a flood of SYNs costs bounded memory, and each is counted', () => {
  const node = new Node();
  const flood = 40_000;
  for (let index = 0; index < flood; index++) node.syn({ from: client, to: pod, sequence: index });
  node.after(Infinity);
  expect(node.seen.reduce((sum, { connections = 0 }) => sum + connections, 0)).toBe(flood);
});

test('loopback is not traffic between pods', () => {
  const opens = new TcpOpens(() => expect.unreachable(), 10_000);
  expect(opens.observe(segment({ from: '127.0.0.1:1', to: '127.0.0.1:2' }, false), 0)).toBe('loopback');
});
