import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ClientHello } from './client-hello.ts';
import { Http1Tap } from './http1-tap.ts';
import { Http2Tap } from './http2-tap.ts';
import { countIn } from './limits.ts';
import { pass } from './pass.ts';
import { passRead, refuse, type ProxySkip, type Served } from './served.ts';
import { connectTcp, connectTls, type Target } from './upstream.ts';

/** TLS by the name in the ClientHello, which the socket says once more. */
export async function serveTls(socket: Socket, hello: ClientHello, served: Served): Promise<void> {
  const { isAws, address, pod, logger } = served;
  const host = hello.serverName;
  if (host === undefined) {
    refuse(socket, 'no-host', served);
    return;
  }
  if (!isAws(host)) {
    refuse(socket, 'not-aws', served);
    return;
  }
  const target = served.target?.(host, 443) ?? { host, port: 443 };
  if (served.distrust.has(pod.uid)) return passUnread(socket, target, { ...served, reason: 'untrusted-authority' });
  if (served.read.of(address) >= served.limits.readOfOne)
    return passUnread(socket, target, { ...served, reason: 'too-many-connections' });
  countIn(served.read, { address, socket });
  // AWS first: the client is offered the protocol that AWS has chosen, and no certificate where there is no AWS.
  const upstream = await connectTls({ ...target, servername: host, protocols: hello.protocols });
  if (upstream === undefined) {
    logger.warn({ host }, 'AWS cannot be reached, or its certificate is not valid');
    refuse(socket, 'no-upstream', served);
    return;
  }
  const protocol = upstream.alpnProtocol;
  const secureContext = await served.certificateFor(host);
  if (socket.destroyed) {
    upstream.destroy();
    return;
  }
  const chosen = typeof protocol === 'string' ? { ALPNProtocols: [protocol] } : {};
  const client = new TLSSocket(socket, { isServer: true, secureContext, ...chosen });
  // A client that ends its handshake late is cut by way of AWS: that says nothing of whom it trusts.
  client.setTimeout(served.limits.beginningTimeout, () => upstream.destroy());
  client.once('secure', () => {
    client.setTimeout(0);
    served.stopWaiting();
  });
  noticeDistrust(client, upstream, served);
  passRead(client, upstream, { ...served, TapOf: protocol === 'h2' ? Http2Tap : Http1Tap, host });
}

async function passUnread(
  socket: Socket,
  target: Target,
  { reason, ...served }: Served & { readonly reason: ProxySkip },
): Promise<void> {
  served.skipped.add(reason);
  const upstream = await connectTcp(target);
  if (upstream === undefined) {
    refuse(socket, 'no-upstream', served);
    return;
  }
  served.stopWaiting();
  pass(socket, upstream, served.limits.idle);
}

/**
 * A client that does not trust a certificate says so by an alert, or, as Node's do, ends the connection without a word:
 * either way before it has sent anything.
 */
function noticeDistrust(client: TLSSocket, upstream: Socket, { distrust, pod, logger }: Served): void {
  let isJudged = false;
  client.once('data', () => {
    isJudged = true;
    distrust.trusted(pod.uid);
  });
  client.on('error', () => upstream.destroy());
  const ended = (): void => {
    // Where AWS has ended the connection, the client has not.
    if (isJudged || upstream.destroyed) return;
    isJudged = true;
    const name = `${pod.namespace}/${pod.name}`;
    if (distrust.refused(pod.uid))
      logger.warn({ pod: name }, 'a pod does not trust the authority of the proxy: its calls pass unseen');
  };
  client.once('end', ended).once('close', ended);
}
