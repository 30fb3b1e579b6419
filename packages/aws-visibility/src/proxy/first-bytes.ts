import type { Socket } from 'node:net';

export interface FirstBytesOptions<T> {
  /** What the bytes so far say; `more` when that needs more of them. */
  readonly read: (bytes: Buffer) => T | 'more';
  readonly most: number;
  /** Milliseconds. */
  readonly timeout: number;
}

/**
 * Reads the beginning of a connection and puts it back, so that whoever comes next reads all of it. Undefined when the
 * connection ends, or says nothing that makes sense within its limits.
 */
export function readFirstBytes<T>(
  socket: Socket,
  { read, most, timeout }: FirstBytesOptions<T>,
): Promise<{ readonly said: T; readonly bytes: Buffer } | undefined> {
  return new Promise(resolve => {
    let bytes: Buffer = Buffer.alloc(0);
    const done = (result: { readonly said: T; readonly bytes: Buffer } | undefined): void => {
      socket.off('data', take).off('end', giveUp).off('error', giveUp).off('close', giveUp).off('timeout', giveUp);
      socket.setTimeout(0);
      socket.pause();
      resolve(result);
    };
    const giveUp = (): void => done(undefined);
    const take = (chunk: Buffer): void => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      const said = read(bytes);
      if (said !== 'more') done({ said, bytes });
      else if (bytes.length > most) giveUp();
    };
    socket.setTimeout(timeout);
    socket
      .resume()
      .on('data', take)
      .once('end', giveUp)
      .once('error', giveUp)
      .once('close', giveUp)
      .once('timeout', giveUp);
  });
}
