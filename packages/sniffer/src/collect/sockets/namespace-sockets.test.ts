import { expect, test } from 'vitest';
import { formatAddress, packIpv4 } from '@network-mapper/packets';
import type { SocketLine } from '../../procfs/proc-net-parser.ts';
import type { SkipReason } from '../../skip-reason.ts';
import { defaultEphemeralPorts } from '../../procfs/proc-files.ts';
import { ReasonCounts } from '@network-mapper/model';
import { NamespaceSockets, type ServedPorts } from './namespace-sockets.ts';
import type { Ends } from './recent-syns.ts';

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
  /** `CLIENT -> SERVER` of the SYNs that were seen. */
  readonly syns?: readonly string[];
}

interface Found {
  readonly clients: readonly string[];
  readonly skipped: readonly string[];
  readonly served: ServedPorts;
}

function read({ tcp = [], udp = [], servedBefore = new Map(), syns = [] }: Reading): Found {
  const skipped = new ReasonCounts<SkipReason>();
  const text = ({ address, port }: Ends['client']): string => `${formatAddress(address)}:${port}`;
  const tables = new NamespaceSockets({
    servedBefore,
    bySocket: false,
    mostPorts: 3,
    skipped,
    ephemeral: defaultEphemeralPorts,
    dnsPorts: [53, 5353],
    opened: ({ client, server }) => syns.includes(`${text(client)} -> ${text(server)}`),
  });
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

test('what is listened on says which side is the server’s', () => {
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

const [peer, server] = ['10.244.9.9', 'server-side 1'];
test.each<{ what: string; sockets: readonly [string, string][]; clients: readonly string[]; syns?: readonly string[] }>(
  [
    {
      what: 'of a transparent proxy have the called address as their own',
      sockets: [
        [`${pod}:9000`, `${peer}:51000`],
        [`${pod}:9000`, `${peer}:51002`],
      ],
      clients: [],
    },
    {
      what: 'of a server that drains are its side, though one is left',
      sockets: [[`${pod}:8080`, `${peer}:51000`]],
      clients: [],
    },
    {
      what: 'of a server that drains a port which clients may have are known by their number',
      sockets: [
        [`${pod}:50051`, `${peer}:51000`],
        [`${pod}:50051`, `${peer}:51002`],
        [`${pod}:50052`, `${peer}:51001`],
        [`${pod}:50052`, `${peer}:51004`],
      ],
      clients: [],
    },
    {
      what: 'of a server that drains an odd port are its side',
      sockets: [[`${pod}:50051`, `${peer}:51000`]],
      clients: [],
    },
    { what: 'to a high port are clients', sockets: [[`${pod}:51000`, `${peer}:50051`]], clients: ['51000'] },
    {
      what: 'with one port to several servers are clients',
      sockets: [
        [`${pod}:51000`, `${peer}:443`],
        [`${pod}:51000`, '10.244.9.8:443'],
        [`${pod}:51002`, `${peer}:50051`],
        [`${pod}:51002`, '10.244.9.8:50051'],
      ],
      clients: ['51000', '51000', '51002', '51002'],
    },
    {
      what: 'with a port of their own choice are clients of a lower one',
      sockets: [[`${pod}:20000`, `${peer}:443`]],
      clients: ['20000'],
    },
    {
      what: 'whose SYN was seen are clients whatever the ports say',
      sockets: [[`${pod}:700`, `${peer}:50051`]],
      syns: [`${pod}:700 -> ${peer}:50051`],
      clients: ['700'],
    },
    {
      what: 'whose SYN was seen the other way are servers whatever the ports say',
      sockets: [[`${pod}:51000`, `${peer}:443`]],
      syns: [`${peer}:443 -> ${pod}:51000`],
      clients: [],
    },
  ],
)('sockets without a listener $what', ({ sockets, syns, clients }) => {
  const tcp = sockets.map(([local, remote]) => line(local, remote, established));
  const found = read({ tcp, ...(syns === undefined ? {} : { syns }) });
  expect(found.clients.map(text => text.replace(/.* from /, ''))).toEqual(clients);
  const left = sockets.length - clients.length;
  expect(found.skipped).toEqual(left === 0 ? [] : [server.replace('1', String(left))]);
});
