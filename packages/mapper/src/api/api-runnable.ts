import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { aborted, ListenError, pause, type Runnable } from '@network-mapper/runtime';

export interface ApiRunnableOptions {
  readonly port: number;
  readonly handle: RequestListener;
  /** Settles when requests can be answered: only then the port is opened. */
  readonly ready: () => Promise<void>;
  /** Milliseconds in which requests are still answered after the end is asked for. */
  readonly shutdownDelay: number;
  readonly listening: (port: number) => void;
  readonly stopping: () => void;
}

/** Requests that have begun get this long to end, in milliseconds. */
const lastRequests = 2_000;

/** The API's HTTP server. When told to stop it goes on for a moment, lets the requests that have begun end, and closes. */
export function createApiRunnable(options: ApiRunnableOptions): Runnable {
  return {
    name: 'the API',
    run: async signal => {
      await Promise.race([options.ready(), aborted(signal)]);
      if (signal.aborted) return;
      const server = createServer({ keepAliveTimeout: 65_000 }, options.handle);
      await listen(server, options.port);
      const address = server.address();
      if (typeof address === 'object' && address !== null) options.listening(address.port);
      await aborted(signal);
      options.stopping();
      await pause(options.shutdownDelay, new AbortController().signal);
      await close(server);
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new ListenError({ what: 'the API', port, cause });
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const limit = setTimeout(() => server.closeAllConnections(), lastRequests);
  await closed;
  clearTimeout(limit);
}
