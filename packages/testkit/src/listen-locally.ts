import { closeServer, listen, type ClosableServer } from '@network-mapper/runtime';

export interface LocalServer {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** Cuts all connections and stops listening. */
  readonly close: () => Promise<void>;
}

/** Lets a server listen on a free port of this machine. */
export async function listenLocally(server: ClosableServer): Promise<LocalServer> {
  const port = await listen(server, { name: 'a test server', port: 0, host: '127.0.0.1' });
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}
