import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { DnsFrames } from './dns-frames.ts';

/** Where a DNS server is. */
export interface Upstream {
  readonly address: string;
  readonly port: number;
}

/** Milliseconds for an answer of one server; a resolver's own limit is five seconds. */
const timeout = 2_000;

/**
 * Asks other DNS servers, one after another, with the bytes of the query as they are. Answers the first answer's bytes;
 * undefined when there was none.
 */
export async function forward(
  query: Buffer,
  {
    upstreams,
    protocol,
    signal,
  }: { readonly upstreams: readonly Upstream[]; readonly protocol: 'udp' | 'tcp'; readonly signal: AbortSignal },
): Promise<Buffer | undefined> {
  for (const upstream of upstreams) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    try {
      return await (protocol === 'udp' ? askByUdp(query, upstream, limit) : askByTcp(query, upstream, limit));
    } catch (error) {
      // The next one may answer; when none does, the client is answered SERVFAIL.
      if (signal.aborted || !(error instanceof Error)) throw error;
    }
  }
  return undefined;
}

/** From a port of its own, and only from who was asked: an answer cannot be slipped in. */
async function askByUdp(query: Buffer, { address, port }: Upstream, signal: AbortSignal): Promise<Buffer> {
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4' });
  try {
    socket.connect(port, address);
    await once(socket, 'connect', { signal });
    socket.send(query);
    for (;;) {
      const [answer] = (await once(socket, 'message', { signal })) as [Buffer];
      if (answer.length >= 12 && answer.readUInt16BE(0) === query.readUInt16BE(0)) return answer;
    }
  } finally {
    socket.close();
  }
}

async function askByTcp(query: Buffer, { address, port }: Upstream, signal: AbortSignal): Promise<Buffer> {
  const socket = connect({ host: address, port, noDelay: true });
  const frames = new DnsFrames();
  try {
    await once(socket, 'connect', { signal });
    socket.write(frames.frame(query));
    for (;;) {
      const [bytes] = (await once(socket, 'data', { signal })) as [Buffer];
      for (const answer of frames.push(bytes)) if (answer.readUInt16BE(0) === query.readUInt16BE(0)) return answer;
    }
  } finally {
    socket.destroy();
  }
}
