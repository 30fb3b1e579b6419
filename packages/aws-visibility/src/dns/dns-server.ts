import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { aborted, listen, ListenError, type Runnable } from '@network-mapper/runtime';
import { answerWithProxy, readQuestion, serverFailure, shortenLives, ttl, type ProxyAddresses } from './answer.ts';
import { DnsFrames } from './dns-frames.ts';
import { forward, type Upstream } from './forwarder.ts';

/** How queries ended. */
export type DnsOutcome = 'proxy' | 'past-the-proxy' | 'forwarded' | 'failed';

export interface DnsServerOptions {
  readonly port: number;
  readonly host?: string;
  readonly isAws: (name: string) => boolean;
  /** Undefined while the proxy has nobody who answers: then names of AWS lead to AWS. */
  readonly proxy: () => ProxyAddresses | undefined;
  readonly upstreams: readonly Upstream[];
  readonly answered: (outcome: DnsOutcome) => void;
  readonly listening?: (port: number) => void;
}

/** Queries that are forwarded at once; further ones are not answered, and asked again by their resolver. */
const mostForwarded = 1_000;
const mostConnections = 200;
/** Milliseconds a TCP connection may be idle. */
const idle = 10_000;

/** Answers names of AWS with the proxy, and passes all else on, over UDP and TCP. */
export function createDnsServer(options: DnsServerOptions): Runnable {
  let underway = 0;

  async function answer(query: Buffer, protocol: 'udp' | 'tcp', signal: AbortSignal): Promise<Buffer | undefined> {
    const question = readQuestion(query);
    const isAws = question !== undefined && options.isAws(question.name);
    const proxy = isAws ? options.proxy() : undefined;
    if (question !== undefined && proxy !== undefined) {
      options.answered('proxy');
      return answerWithProxy(question, proxy);
    }
    if (underway >= mostForwarded) return undefined;
    underway++;
    try {
      const forwarded = await forward(query, { upstreams: options.upstreams, protocol, signal });
      options.answered(forwarded === undefined ? 'failed' : isAws ? 'past-the-proxy' : 'forwarded');
      if (forwarded === undefined) return serverFailure(query);
      return isAws ? shortenLives(forwarded, ttl) : forwarded;
    } finally {
      underway--;
    }
  }

  function serveTcp(socket: Socket, signal: AbortSignal): void {
    const frames = new DnsFrames();
    socket.setTimeout(idle, () => socket.destroy());
    // A client that goes is no error.
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      for (const query of frames.push(bytes))
        void answer(query, 'tcp', signal).then(
          reply => reply !== undefined && !socket.destroyed && socket.write(frames.frame(reply)),
          () => socket.destroy(),
        );
    });
  }

  return {
    name: 'the DNS server',
    run: async signal => {
      const tcp = createServer({ noDelay: true });
      tcp.maxConnections = mostConnections;
      const open = new Set<Socket>();
      tcp.on('connection', (socket: Socket) => {
        open.add(socket);
        socket.once('close', () => open.delete(socket));
        serveTcp(socket, signal);
      });
      const host = options.host ?? '::';
      const port = await listen(tcp, { name: 'the DNS server', port: options.port, host });
      const udp = await bindUdp(host, port);
      udp.on('message', (query, { address, port: from }) => {
        if (query.length < 12) return;
        void answer(query, 'udp', signal).then(
          reply => reply !== undefined && udp.send(reply, from, address),
          () => undefined, // The end was asked for.
        );
      });
      options.listening?.(port);
      await aborted(signal);
      udp.close();
      tcp.close();
      for (const socket of open) socket.destroy();
    },
  };
}

async function bindUdp(host: string, port: number): Promise<UdpSocket> {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
  socket.bind(port, host);
  try {
    await once(socket, 'listening');
  } catch (cause) {
    throw new ListenError({ what: 'the DNS server', port, cause });
  }
  return socket;
}
