import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import { aborted, type Runnable } from './lifecycle.ts';

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

export interface HttpListenerOptions {
  readonly name: string;
  readonly port: number;
  readonly handle: RequestListener;
  /** Told once with the port that is really used. */
  readonly listening?: (port: number) => void;
}

/** An HTTP server as a `Runnable`. Fails with a `ListenError`; open connections are cut when told to stop. */
export function createHttpListener({ name, port, handle, listening }: HttpListenerOptions): Runnable {
  return {
    name,
    run: async signal => {
      const server = createServer(handle);
      await listen(server, { name, port });
      const address = server.address();
      if (typeof address === 'object' && address !== null) listening?.(address.port);
      await aborted(signal);
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function listen(server: Server, { name, port }: { readonly name: string; readonly port: number }): Promise<void> {
  server.listen(port);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new ListenError({ what: name, port, cause });
  }
}
