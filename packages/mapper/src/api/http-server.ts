import { monotonicTime } from '@network-mapper/runtime';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Certificate } from './certificate-files.ts';

/** Milliseconds until a request's headers, and all of it, must be there. A report of an agent takes some. */
const headersTimeout = 10_000;
const requestTimeout = 15_000;
/** Milliseconds that an idle connection stays open: longer than clients and load balancers keep theirs (60 s). */
const keepAliveTimeout = 65_000;
/** Milliseconds between two looks for requests that took too long. */
const connectionsCheckingInterval = 2_000;
/** Two for each agent of a cluster of 2,000 nodes. */
const maxConnections = 4_096;

/** Connections that are cut at once when there are too many. */
const cutAtOnce = 64;
/** Milliseconds between two such cuts. */
const makeRoomEvery = 100;
/** Milliseconds that a new connection may be silent when there are too many. */
const silence = 1_000;

const limits = { keepAliveTimeout, headersTimeout, requestTimeout, connectionsCheckingInterval };

/** The API's HTTP server: with limits on how long requests may take to arrive, and how many connections there are. */
export function createApiServer(handle: RequestListener): Server {
  const server = createServer(limits, handle);
  server.maxConnections = maxConnections;
  makeRoomForNew(server);
  return server;
}

/** The same over TLS 1.2 or later; `certificate` in PEM. */
export function createTlsApiServer(handle: RequestListener, certificate: Certificate): TlsServer {
  const server = createTlsServer({ ...limits, ...certificate, minVersion: 'TLSv1.2' }, handle);
  server.maxConnections = maxConnections;
  makeRoomForNew(server);
  return server;
}

/** Whoever asks matters more than whoever holds a connection open: those that never asked, or are idle, are cut. */
function makeRoomForNew(server: Server | TlsServer): void {
  /** Connections without any request yet, and when they began; the oldest first. */
  const silent = new Map<Socket, number>();
  server.on('connection', (socket: Socket) => {
    silent.set(socket, monotonicTime());
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  let madeRoomAt = -Infinity;
  server.on('drop', () => {
    // Each connection that finds no room would otherwise look through all others.
    const now = monotonicTime();
    if (now - madeRoomAt < makeRoomEvery) return;
    madeRoomAt = now;
    server.closeIdleConnections();
    let cut = 0;
    for (const [socket, since] of silent) {
      if (now - since < silence || ++cut > cutAtOnce) return;
      socket.destroy();
    }
  });
}
