import { createServer, type RequestListener, type Server } from 'node:http';

/** Milliseconds until a request's headers, and all of it, must be there. A report of an agent takes some. */
const headersTimeout = 10_000;
const requestTimeout = 30_000;
/** Milliseconds that an idle connection stays open: longer than clients and load balancers keep theirs (60 s). */
const keepAliveTimeout = 65_000;
/** Milliseconds between two looks for requests that took too long. */
const connectionsCheckingInterval = 2_000;
/** Two for each agent of a cluster of 2,000 nodes. */
const maxConnections = 4_096;

/** The API's HTTP server: with limits on how long requests may take to arrive, and how many connections there are. */
export function createApiServer(handle: RequestListener): Server {
  const server = createServer(
    { keepAliveTimeout, headersTimeout, requestTimeout, connectionsCheckingInterval },
    handle,
  );
  server.maxConnections = maxConnections;
  // Whoever is at work matters more than whoever holds a connection open.
  server.on('drop', () => server.closeIdleConnections());
  return server;
}
