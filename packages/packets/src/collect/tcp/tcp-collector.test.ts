import type { Sighting } from '@network-mapper/model';
import { expect, test } from 'vitest';
import { packIpv4, type PackedAddress } from '../../decode/address.ts';
import type { TcpPacket } from '../../decode/tcp.ts';
import type { SkipReason } from '../../skip-reason.ts';
import { ReasonCounts } from '@network-mapper/model';
import { TcpCollector } from './tcp-collector.ts';

interface Segment {
  readonly from: string;
  readonly to: string;
  /** Of the client, whichever direction. */
  readonly sequence?: number;
  /** Interface, and whether the packet leaves the node by it. */
  readonly at?: Place;
}

type Place = readonly [number, 'in' | 'out'];

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
  readonly skipped = new ReasonCounts<SkipReason>();
  lost = 0;
  now = 1_000_000;
  readonly #collector = new TcpCollector({
    record: sighting => this.seen.push(sighting),
    emitEvery: 10_000,
    skipped: this.skipped,
    undecodable: new ReasonCounts(),
    lost: () => this.lost,
  });

  syn(packet: Segment): void {
    this.#observe(packet, false);
  }

  synAck(packet: Segment): void {
    this.#observe(packet, true);
  }

  after(milliseconds: number): readonly string[] {
    this.now += milliseconds;
    this.seen.length = 0;
    this.#collector.emitDue(this.now);
    return this.seen.map(({ client, server, count, detail }) => {
      if (client.kind !== 'address' || server.kind !== 'address' || detail.kind !== 'connection') return 'odd';
      const reached = server.reached === undefined ? '' : `=${server.reached.ip}:${server.reached.port}`;
      const outcome = detail.accepted === undefined ? 'unknown' : detail.accepted ? 'accepted' : 'tried';
      return `${client.ip} -> ${server.ip}:${server.port}${reached} ${outcome} ${count}`;
    });
  }

  connections(): number {
    return this.seen.reduce((sum, { count }) => sum + count, 0);
  }

  #observe(packet: Segment, ack: boolean): void {
    const [index, direction] = packet.at ?? [0, 'in'];
    this.#collector.observe(segment(packet, ack), {
      time: this.now,
      hop: 2 * index + Number(direction === 'out'),
    });
  }
}

/** The interface of the client's pod, of the server's, and the one to other machines. */
const [fromClient, toClient] = [
  [2, 'in'],
  [2, 'out'],
] as const;
const [fromServer, toServer] = [
  [3, 'in'],
  [3, 'out'],
] as const;
const [fromOutside, toOutside] = [
  [4, 'in'],
  [4, 'out'],
] as const;

const client = '10.244.1.7:40000';
const service = '10.96.14.2:80';
const pod = '10.244.2.9:8080';

test('the copies of a connection between pods count once', () => {
  const node = new Node();
  for (let copy = 0; copy < 3; copy++) node.syn({ from: client, to: pod });
  for (let copy = 0; copy < 3; copy++) node.synAck({ from: pod, to: client });
  expect(node.after(1000)).toEqual(['10.244.1.7 -> 10.244.2.9:8080 accepted 1']);
  expect(node.after(60_000)).toEqual([]);
});

test('a Service’s address and the pod behind it are found together, each with its port', () => {
  const node = new Node();
  node.syn({ from: client, to: service, at: fromClient });
  node.syn({ from: client, to: pod, at: toServer });
  node.synAck({ from: pod, to: client, at: fromServer });
  node.synAck({ from: service, to: client, at: toClient });
  expect(node.after(1000)).toEqual(['10.244.1.7 -> 10.96.14.2:80=10.244.2.9:8080 accepted 1']);
});

test('a client behind masquerading is reported by its own address', () => {
  const node = new Node();
  node.syn({ from: client, to: '93.184.216.34:443', at: fromClient });
  node.syn({ from: '192.168.0.5:40000', to: '93.184.216.34:443', at: toOutside });
  node.synAck({ from: '93.184.216.34:443', to: '192.168.0.5:40000', at: fromOutside });
  node.synAck({ from: '93.184.216.34:443', to: client, at: toClient });
  expect(node.after(1000)).toEqual(['10.244.1.7 -> 93.184.216.34:443 accepted 1']);
});

test.each(['192.168.0.5:40000', '192.168.0.5:51235'])(
  'a packet of which both sides are translated, the client’s to %s, is one connection',
  masqueraded => {
    const node = new Node();
    node.syn({ from: client, to: service, at: fromClient });
    node.syn({ from: masqueraded, to: pod, at: toServer });
    node.synAck({ from: pod, to: masqueraded, at: fromServer });
    node.synAck({ from: service, to: client, at: toClient });
    expect(node.after(1000)).toEqual(['10.244.1.7 -> 10.96.14.2:80=10.244.2.9:8080 accepted 1']);
    expect(node.after(60_000)).toEqual([]);
  },
);

test('a packet whose sides are translated one after the other is one connection', () => {
  const node = new Node();
  node.syn({ from: client, to: service, at: fromClient });
  node.syn({ from: client, to: pod, at: [9, 'in'] });
  node.syn({ from: '192.168.0.5:51235', to: pod, at: toOutside });
  node.synAck({ from: pod, to: '192.168.0.5:51235', at: fromOutside });
  node.synAck({ from: service, to: client, at: toClient });
  expect(node.after(1000)).toEqual(['10.244.1.7 -> 10.96.14.2:80=10.244.2.9:8080 accepted 1']);
});

test('a SYN-ACK alone shows a connection, also through a Service and with both sides translated', () => {
  for (const seenClient of [client, '192.168.0.5:51235']) {
    const node = new Node();
    node.synAck({ from: pod, to: seenClient, at: fromServer });
    node.synAck({ from: service, to: client, at: toClient });
    expect(node.after(1000)).toEqual(['10.244.1.7 -> 10.96.14.2:80=10.244.2.9:8080 accepted 1']);
  }
});

test.each<{ what: string; at: Place; forwarded: Place }>([
  { what: 'a pod', at: fromClient, forwarded: toServer },
  { what: 'outside', at: fromOutside, forwarded: toServer },
  { what: 'the node itself', at: toServer, forwarded: toServer },
])(
  'a scan from $what with one sequence number and port stays as many attempts as it has targets',
  ({ at, forwarded }) => {
    const node = new Node();
    for (let port = 1; port <= 1000; port++) {
      const packet = { from: client, to: `10.244.2.9:${port}` };
      node.syn({ ...packet, at });
      if (forwarded !== at) node.syn({ ...packet, at: forwarded });
      node.now += 0.01;
    }
    const seen = node.after(5000);
    expect(seen).toHaveLength(1000);
    expect(seen.filter(text => text.includes('='))).toEqual([]);
  },
);

test('a scan from the node of pods behind different interfaces stays apart', () => {
  const node = new Node();
  for (let pod = 1; pod <= 100; pod++) node.syn({ from: client, to: `10.244.2.${pod}:80`, at: [10 + pod, 'out'] });
  expect(node.after(5000)).toHaveLength(100);
});

test('of a scan that some answer, those are connections and the others are not', () => {
  const node = new Node();
  for (let port = 1; port <= 200; port++) {
    const [target, at] = [`10.244.2.9:${port}`, fromClient];
    node.syn({ from: client, to: target, at });
    node.syn({ from: client, to: target, at: toServer });
    if (port % 100 === 0) node.synAck({ from: target, to: client, at: fromServer });
  }
  const seen = node.after(5000);
  expect(seen.filter(text => text.endsWith('accepted 1'))).toEqual([
    '10.244.1.7 -> 10.244.2.9:100 accepted 1',
    '10.244.1.7 -> 10.244.2.9:200 accepted 1',
  ]);
  expect(seen).toHaveLength(200);
});

test('a scan of all ports is reported up to a limit, and counted beyond', () => {
  const node = new Node();
  for (let port = 1; port <= 65_535; port++) node.syn({ from: client, to: `10.244.2.9:${port}`, sequence: port });
  expect(node.after(5000).length + node.skipped.entries().reduce((sum, { count }) => sum + count, 0)).toBe(65_535);
  expect(node.seen.length).toBeLessThanOrEqual(1024);
});

test('an attempt whose answer may have been lost by the capture is not called refused', () => {
  const node = new Node();
  node.syn({ from: client, to: pod });
  node.lost = 3;
  expect(node.after(5000)).toEqual(['10.244.1.7 -> 10.244.2.9:8080 unknown 1']);
  node.syn({ from: client, to: '10.244.2.9:8081', sequence: 5 });
  expect(node.after(5000)).toEqual(['10.244.1.7 -> 10.244.2.9:8081 tried 1']);
});

test('a SYN that comes later with the same sequence number is another packet', () => {
  const node = new Node();
  node.syn({ from: client, to: service, at: fromClient });
  node.now += 500;
  node.syn({ from: client, to: pod, at: toServer });
  expect(node.after(5000)).toEqual(['10.244.1.7 -> 10.96.14.2:80 tried 1', '10.244.1.7 -> 10.244.2.9:8080 tried 1']);
});

test('an attempt is no connection, and its repetitions are not counted', () => {
  const node = new Node();
  node.syn({ from: client, to: pod });
  expect(node.after(1000)).toEqual([]);
  node.syn({ from: client, to: pod });
  expect(node.after(4000)).toEqual(['10.244.1.7 -> 10.244.2.9:8080 tried 1']);
  node.syn({ from: client, to: pod });
  expect(node.after(8000)).toEqual([]);
});

test('an attempt that is accepted late becomes a connection, counted once', () => {
  const node = new Node();
  node.syn({ from: client, to: pod });
  expect(node.after(4000)).toEqual(['10.244.1.7 -> 10.244.2.9:8080 tried 1']);
  node.syn({ from: client, to: pod });
  node.synAck({ from: pod, to: client });
  expect(node.after(1000)).toEqual(['10.244.1.7 -> 10.244.2.9:8080 accepted 0']);
});

test('two connections that have one sequence number by chance stay two', () => {
  const node = new Node();
  node.syn({ from: client, to: pod });
  node.synAck({ from: pod, to: client });
  node.syn({ from: '10.244.3.3:51000', to: '10.244.4.4:9000' });
  node.synAck({ from: '10.244.4.4:9000', to: '10.244.3.3:51000' });
  expect(node.after(1000)).toEqual([
    '10.244.1.7 -> 10.244.2.9:8080 accepted 1',
    '10.244.3.3 -> 10.244.4.4:9000 accepted 1',
  ]);
});

test('a call through a Service stays one, also when another takes its sequence number', () => {
  const node = new Node();
  node.syn({ from: client, to: service, at: fromClient });
  node.syn({ from: client, to: pod, at: toServer });
  node.syn({ from: '10.244.3.3:51000', to: '10.244.4.4:9000' });
  node.syn({ from: client, to: service, at: fromClient });
  node.syn({ from: client, to: pod, at: toServer });
  node.synAck({ from: pod, to: client });
  expect(node.after(5000)).toEqual([
    '10.244.1.7 -> 10.96.14.2:80=10.244.2.9:8080 accepted 1',
    '10.244.3.3 -> 10.244.4.4:9000 tried 1',
  ]);
});

test('what shares its sequence number with one that is forgotten is still known', () => {
  const node = new Node();
  node.syn({ from: client, to: pod });
  node.syn({ from: '10.244.3.3:51000', to: '10.244.4.4:9000' });
  node.synAck({ from: '10.244.4.4:9000', to: '10.244.3.3:51000' });
  expect(node.after(1000)).toEqual(['10.244.3.3 -> 10.244.4.4:9000 accepted 1']);
  node.synAck({ from: pod, to: client });
  expect(node.after(1000)).toEqual(['10.244.1.7 -> 10.244.2.9:8080 accepted 1']);
});

test('a scan with one sequence number does not push out calls that wait for their answer', () => {
  const node = new Node();
  node.syn({ from: client, to: service, at: fromClient, sequence: 5 });
  node.syn({ from: client, to: pod, at: toServer, sequence: 5 });
  for (let port = 1; port <= 40_000; port++) node.syn({ from: `10.244.3.3:${port}`, to: '10.244.4.4:9000' });
  node.synAck({ from: pod, to: client, sequence: 5 });
  expect(node.after(1000)).toContain('10.244.1.7 -> 10.96.14.2:80=10.244.2.9:8080 accepted 1');
});

test('connections that come again and again are recorded every few seconds, each counted once', () => {
  const node = new Node();
  let handed = 0;
  let connections = 0;
  for (let second = 0; second < 60; second++) {
    node.syn({ from: client, to: pod, sequence: second });
    node.synAck({ from: pod, to: client, sequence: second });
    node.after(1000);
    handed += node.seen.length;
    connections += node.connections();
  }
  node.after(Infinity);
  connections += node.connections();
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
  expect(node.connections()).toBe(flood);
});

test('loopback is not traffic between pods', () => {
  const node = new Node();
  node.syn({ from: '127.0.0.1:1', to: '127.0.0.1:2' });
  expect(node.after(5000)).toEqual([]);
  expect(node.skipped.entries()).toEqual([{ reason: 'loopback', count: 1 }]);
});
