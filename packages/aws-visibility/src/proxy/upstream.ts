import { connect, type Socket } from 'node:net';
import { connect as connectSecurely, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { keepAliveDelay } from './limits.ts';

/** Where a host is. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** Who is trusted to sign for it; the public's authorities when left out. */
  readonly trust?: SecureContext;
}

/** Milliseconds for AWS to answer a connection. */
const connectTimeout = 10_000;

/** Undefined when nobody answers. */
export async function connectTcp({ host, port }: Target): Promise<Socket | undefined> {
  const socket = connect({ host, port, allowHalfOpen: true });
  return (await isConnected(socket, 'connect')) ? socket : undefined;
}

export interface SecureTarget extends Target {
  readonly servername: string;
  /** Protocols to choose from (RFC 7301). */
  readonly protocols: readonly string[];
}

/** One for all connections: to make it costs as much as a handshake. */
let publicTrust: SecureContext | undefined;

/** Undefined when nobody answers, or somebody whose certificate is not valid. */
export async function connectTls({ protocols, trust, ...target }: SecureTarget): Promise<TLSSocket | undefined> {
  const secureContext = trust ?? (publicTrust ??= createSecureContext());
  // Its types leave `allowHalfOpen` out.
  const options = { ...target, secureContext, allowHalfOpen: true, ALPNProtocols: [...protocols] };
  const socket = connectSecurely(options);
  return (await isConnected(socket, 'secureConnect')) ? socket : undefined;
}

function isConnected(socket: Socket, event: 'connect' | 'secureConnect'): Promise<boolean> {
  // Set here since `tls.connect` takes neither.
  socket.setNoDelay(true).setKeepAlive(true, keepAliveDelay);
  return new Promise(resolve => {
    const failed = (): void => {
      socket.destroy();
      resolve(false);
    };
    socket.setTimeout(connectTimeout, failed);
    // It stays: a connection may break before anybody passes anything on it.
    socket.on('error', failed);
    socket.once(event, () => {
      socket.off('timeout', failed).setTimeout(0);
      resolve(true);
    });
  });
}
