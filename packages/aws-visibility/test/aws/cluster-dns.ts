import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, type Packet } from 'dns-packet';

export interface ClusterDns {
  readonly port: number;
  readonly asked: readonly Packet[];
  readonly close: () => void;
}

export interface ClusterDnsOptions {
  readonly host: string;
  readonly port: number;
  /** Undefined for names that there are not. */
  readonly addressOf: (name: string) => string | undefined;
}

/** NXDOMAIN (RFC 1035 §4.1.1). */
const noSuchName = 3;

/** The DNS of a cluster: answers each question with an A record that lives for an hour, over UDP; not over TCP. */
export async function startClusterDns({ host, port, addressOf }: ClusterDnsOptions): Promise<ClusterDns> {
  const socket = createSocket('udp4');
  const asked: Packet[] = [];
  socket.on('message', (query, from) => {
    const packet = decode(query);
    asked.push(packet);
    const [question] = packet.questions ?? [];
    const { name = '', type } = question ?? {};
    const address = addressOf(name);
    const answers =
      address === undefined || type !== 'A' ? [] : [{ type: 'A' as const, name, ttl: 3600, data: address }];
    const flags = 0x180 | (address === undefined ? noSuchName : 0);
    const answer = { type: 'response' as const, id: packet.id ?? 0, flags, questions: packet.questions ?? [], answers };
    socket.send(encode(answer), from.port, from.address);
  });
  socket.bind(port, host);
  await once(socket, 'listening');
  return { port: socket.address().port, asked, close: () => void socket.close() };
}
