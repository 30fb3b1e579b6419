import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { aborted, listen, monotonicTime, type Runnable } from '@network-mapper/runtime';
import { readBeginning } from './beginning.ts';
import { Http1Tap } from './http1-tap.ts';
import { ConnectionCounts, countIn, keepAliveDelay, proxyLimits } from './limits.ts';
import { serveTls } from './serve-tls.ts';
import { passRead, refuse, type Connection, type OptedInPod, type ProxyOptions, type Served } from './served.ts';
import { connectTcp } from './upstream.ts';

/** Milliseconds for the API server to say whose an address is. */
const untilPodIsKnown = 3_000;

/**
 * Stands between pods that have opted in and AWS. What passes is passed on byte by byte, as it is: heads, bodies and
 * their order are read along the way and never changed, so signatures stay valid, nothing is held, and what is not
 * understood works all the same. It takes TLS by the name in the ClientHello, plain HTTP, and CONNECT, on any port.
 */
export function createProxyServer(
  options: ProxyOptions & {
    readonly port: number;
    readonly name: string;
    readonly listening?: ((port: number) => void) | undefined;
  },
): Runnable {
  const { skipped, logger } = options;
  const limits = { ...proxyLimits, ...options.limits };
  const waiting = new ConnectionCounts();
  const unknown = new ConnectionCounts();
  const read = new ConnectionCounts();
  const open = new Set<Socket>();
  const kept = { noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveDelay };
  const server = createServer({ allowHalfOpen: true, ...kept }, socket => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    // A client that goes is no error; what it leaves is cleaned up by 'close'.
    socket.on('error', () => socket.destroy());
    // An IPv4 client of a socket for both families.
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const isKnown = options.podAt(address) !== undefined;
    const isCrowded = isKnown
      ? waiting.of(address) >= limits.waiting
      : unknown.total >= limits.unknown || unknown.of(address) >= limits.unknownOfOne;
    if (isCrowded) {
      refuse(socket, 'too-many-waiting', options);
      return;
    }
    const stopWaiting = countIn(isKnown ? waiting : unknown, { address, socket });
    serve(socket, { ...options, address, limits, read, stopWaiting }).catch((error: unknown) => {
      logger.error({ error }, 'a connection failed');
      socket.destroy();
    });
  });
  server.maxConnections = limits.connections;
  server.on('drop', () => skipped.add('too-many-connections'));
  return {
    name: options.name,
    run: async signal => {
      const port = await listen(server, options);
      options.listening?.(port);
      await aborted(signal);
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** A pod that has just started calls before the API server knows its address: it is waited for. */
async function podOf(socket: Socket, { address, podAt }: Connection): Promise<OptedInPod | undefined> {
  const end = monotonicTime() + untilPodIsKnown;
  for (;;) {
    const pod = podAt(address);
    if (pod !== undefined || socket.destroyed || monotonicTime() > end) return pod;
    await sleep(50);
  }
}

async function serve(socket: Socket, connection: Connection): Promise<void> {
  const pod = await podOf(socket, connection);
  if (pod === undefined) {
    refuse(socket, 'not-opted-in', connection);
    return;
  }
  const begun = await readBeginning(socket, connection.limits.beginningTimeout);
  if (begun === undefined) {
    refuse(socket, 'no-host', connection);
    return;
  }
  const { said, bytes } = begun;
  const served = { ...connection, pod };
  switch (said.kind) {
    case 'unknown': {
      refuse(socket, 'no-host', connection);
      return;
    }
    case 'tls':
      socket.unshift(bytes);
      return serveTls(socket, said.hello, served);
    case 'http':
      socket.unshift(bytes);
      return servePlain(socket, said.host, served);
    case 'connect':
      if (!connection.isAws(said.host)) {
        socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
        connection.skipped.add('not-aws');
        return;
      }
      if (bytes.length > said.end) socket.unshift(bytes.subarray(said.end));
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      return serveConnect(socket, served);
  }
}

async function serveConnect(socket: Socket, served: Served): Promise<void> {
  const begun = await readBeginning(socket, served.limits.beginningTimeout);
  if (begun?.said.kind !== 'tls') {
    refuse(socket, 'no-host', served);
    return;
  }
  socket.unshift(begun.bytes);
  return serveTls(socket, begun.said.hello, served);
}

async function servePlain(socket: Socket, host: string, served: Served): Promise<void> {
  if (!served.isAws(host)) {
    refuse(socket, 'not-aws', served);
    return;
  }
  const upstream = await connectTcp(served.target?.(host, 80) ?? { host, port: 80 });
  if (upstream === undefined) {
    refuse(socket, 'no-upstream', served);
    return;
  }
  served.stopWaiting();
  passRead(socket, upstream, { ...served, TapOf: Http1Tap, host });
}
