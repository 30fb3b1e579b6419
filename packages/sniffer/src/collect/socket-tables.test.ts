import { expect, test } from 'vitest';
import { formatAddress, packIpv4 } from '../decode/address.ts';
import type { SocketLine } from '../procfs/socket-table.ts';
import type { SkipReason } from '../skip-reason.ts';
import { SocketTables, type ServedPorts } from './socket-tables.ts';
import { Tally } from './tally.ts';

const pod = '10.244.1.7';
const [established, close, listen, timeWait] = [1, 7, 10, 6];

function line(local: string, remote: string, state: number, inode = 1): SocketLine {
  const parse = (text: string): [number, number] => {
    const [ip = '', port] = text.split(':');
    return [packIpv4(Buffer.from(ip.split('.').map(Number)), 0) as number, Number(port)];
  };
  const [[localAddress, localPort], [remoteAddress, remotePort]] = [parse(local), parse(remote)];
  return { localAddress, localPort, remoteAddress, remotePort, state, inode };
}

interface Reading {
  readonly tcp?: readonly SocketLine[];
  readonly udp?: readonly SocketLine[];
  readonly servedBefore?: ServedPorts;
}

interface Found {
  readonly clients: readonly string[];
  readonly skipped: readonly string[];
  readonly served: ServedPorts;
}

function read({ tcp = [], udp = [], servedBefore = new Map() }: Reading): Found {
  const skipped = new Tally<SkipReason>();
  const tables = new SocketTables({ servedBefore, bySocket: false, mostPorts: 3, skipped });
  for (const one of tcp) tables.add('tcp', one);
  for (const one of udp) tables.add('udp', one);
  tables.finish();
  return {
    clients: [...tables.clients.values()].map(
      ({ protocol, local, remote, remotePort, localPorts }) =>
        `${protocol} ${formatAddress(local)} -> ${formatAddress(remote)}:${remotePort} from ${localPorts.join()}`,
    ),
    skipped: skipped.entries().map(({ reason, count }) => `${reason} ${count}`),
    served: tables.served,
  };
}

test('client and server side are told apart by what is listened on', () => {
  const { clients } = read({
    tcp: [
      line('0.0.0.0:8080', '0.0.0.0:0', listen),
      line(`${pod}:8080`, '10.244.9.9:49153', established),
      line(`${pod}:43210`, '10.244.9.9:80', established),
      line(`${pod}:43211`, '10.244.9.9:80', established),
      line(`${pod}:43212`, '10.244.9.9:80', timeWait),
    ],
  });
  expect(clients).toEqual(['TCP 10.244.1.7 -> 10.244.9.9:80 from 43210,43211']);
});

test('a listener counts wherever the table lists it, and only for its own address', () => {
  const { clients } = read({
    tcp: [
      line(`${pod}:8080`, '10.244.9.9:49153', established),
      line(`${pod}:9090`, '10.244.9.9:443', established),
      line('0.0.0.0:8080', '0.0.0.0:0', listen),
      line('127.0.0.1:9090', '0.0.0.0:0', listen),
    ],
  });
  expect(clients).toEqual(['TCP 10.244.1.7 -> 10.244.9.9:443 from 9090']);
});

test('a server that stopped listening is remembered while it has connections', () => {
  const first = read({ tcp: [line('0.0.0.0:8080', '0.0.0.0:0', listen)] });
  const connection = line(`${pod}:8080`, '10.244.9.9:49153', established);
  const second = read({ tcp: [connection], servedBefore: first.served });
  const third = read({ tcp: [connection], servedBefore: second.served });
  expect([second.clients, third.clients]).toEqual([[], []]);
  const later = read({ tcp: [], servedBefore: third.served });
  expect(later.served.size).toBe(0);
});

test('loopback is left out by its reason', () => {
  const { clients, skipped } = read({ tcp: [line('127.0.0.1:5000', '127.0.0.1:6379', established)] });
  expect({ clients, skipped }).toEqual({ clients: [], skipped: ['loopback 1'] });
});

test('connected UDP sockets are clients, but for those to a DNS server and those of servers', () => {
  const { clients, skipped } = read({
    udp: [
      line(`${pod}:40000`, '10.244.9.9:8125', established),
      line(`${pod}:40001`, '10.96.0.10:53', established),
      line('0.0.0.0:4789', '0.0.0.0:0', close),
      line(`${pod}:4789`, '10.244.9.9:50000', established),
    ],
  });
  expect({ clients, skipped }).toEqual({
    clients: ['UDP 10.244.1.7 -> 10.244.9.9:8125 from 40000'],
    skipped: ['dns-transport 1'],
  });
});

test('of many connections to one server some ports are kept', () => {
  const tcp = Array.from({ length: 10 }, (_, index) => line(`${pod}:${40_000 + index}`, '10.244.9.9:80', established));
  expect(read({ tcp }).clients).toEqual(['TCP 10.244.1.7 -> 10.244.9.9:80 from 40000,40001,40002']);
});
