import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { aborted, pause, type Runnable } from './lifecycle.ts';

/** The address cannot be listened on. */
export class ListenError extends Error {
  constructor(options: { readonly what: string; readonly port: number; readonly cause: unknown }) {
    const code =
      options.cause instanceof Error && 'code' in options.cause ? String(options.cause.code) : 'unknown error';
    const remedy =
      code === 'EADDRINUSE'
        ? 'another process listens there: stop it or choose another port'
        : `the system says ${code}`;
    super(`${options.what} cannot listen on port ${options.port}: ${remedy}.`, { cause: options.cause });
    this.name = 'ListenError';
  }
}

/** A server of `node:http` or `node:https`. */
export interface ClosableServer extends NetServer {
  closeIdleConnections(): void;
  closeAllConnections(): void;
}

/** Milliseconds an idle connection stays open: longer than clients and load balancers keep theirs (60 s). */
const keepAliveTimeout = 65_000;

export interface HttpListenerOptions {
  readonly name: string;
  readonly port: number;
  /** All addresses unless given. */
  readonly host?: string;
  readonly handle: RequestListener;
  /** Makes the server, e.g. with TLS; a plain one unless given. */
  readonly server?: (handle: RequestListener) => ClosableServer;
  /** Resolves when requests can be answered: only then the port is opened. */
  readonly ready?: () => Promise<void>;
  /** Called once with the port that is really used. */
  readonly listening?: (port: number) => void;
  /** Called when the end was asked for. */
  readonly stopping?: () => void;
  /** Milliseconds in which requests are still answered after the end was asked for; none unless given. */
  readonly shutdownDelay?: number;
  /** Milliseconds that requests which have begun get to end; then they are cut. None unless given. */
  readonly shutdownTimeout?: number;
}

/** An HTTP server as a `Runnable`. Fails with a `ListenError`. */
export function createHttpListener(options: HttpListenerOptions): Runnable {
  const { name, port, host, handle, server: makeServer, ready, listening, stopping } = options;
  return {
    name,
    run: async signal => {
      if (ready !== undefined) await Promise.race([ready(), aborted(signal)]);
      if (signal.aborted) return;
      const server = makeServer?.(handle) ?? createServer({ keepAliveTimeout }, handle);
      const used = await listen(server, { name, port, ...(host === undefined ? {} : { host }) });
      listening?.(used);
      await aborted(signal);
      stopping?.();
      await pause(options.shutdownDelay ?? 0, new AbortController().signal);
      await closeServer(server, options.shutdownTimeout ?? 0);
    },
  };
}

export interface ListenOptions {
  /** What listens, for messages. */
  readonly name: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** All addresses unless given. */
  readonly host?: string;
}

/** Listens, and answers the port that is really used. Throws a `ListenError`. */
export async function listen(server: NetServer, { name, port, host }: ListenOptions): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new ListenError({ what: name, port, cause });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Stops listening; requests that have begun get `timeout` milliseconds to end. */
export async function closeServer(server: ClosableServer, timeout = 0): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  if (timeout === 0) server.closeAllConnections();
  else server.closeIdleConnections();
  const limit = setTimeout(() => server.closeAllConnections(), timeout);
  await closed;
  clearTimeout(limit);
}
