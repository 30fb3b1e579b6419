import { createServer, connect, type Server } from 'node:net';
import { pipeline } from 'node:stream';
import type { Address } from './protocol.ts';

/** Listens at `from` and hands every stream on to `to`; a stream whose other end cannot be reached is closed. */
export async function forward({ from, to }: { readonly from: Address; readonly to: Address }): Promise<Server> {
  const server = createServer(near => {
    const far = connect(to);
    // Either end may break off at any time: `pipeline` then closes the other, which is all there is to do.
    const ended = (): void => undefined;
    pipeline(near, far, ended);
    pipeline(far, near, ended);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(from, resolve);
  });
  return server;
}
