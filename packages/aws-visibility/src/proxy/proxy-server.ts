import { createServer, connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, TLSSocket, type SecureContext } from 'node:tls';
import { aborted, listen, monotonicTime, type Logger, type Runnable } from '@network-mapper/runtime';
import type { ReasonCounts } from '@network-mapper/reporting';
import { readClientHello, type ClientHello } from './client-hello.ts';
import type { Distrust } from './distrust.ts';
import type { Exchange, Tap } from './exchange.ts';
import { readFirstBytes } from './first-bytes.ts';
import { Http1Tap } from './http1-tap.ts';
import { Http2Tap } from './http2-tap.ts';

/** A pod that has opted in. */
export interface OptedInPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** ARN of the role that its ServiceAccount has, where it has one. */
  readonly role: string | undefined;
}

/** Why a connection, or what passed on it, is not reported. */
export type ProxySkip =
  /** Nobody asked for it to be looked at, so it is not served. */
  | 'not-opted-in'
  /** Neither TLS with the name of a server, nor HTTP. */
  | 'no-host'
  /** Not an endpoint of AWS: this is no way to anywhere else. */
  | 'not-aws'
  /** AWS cannot be reached, or its certificate is not valid. */
  | 'no-upstream'
  /** The client does not trust our authority: passed through as it is. */
  | 'untrusted-authority'
  /** Passed, but not understood. */
  | 'not-http';

export interface ProxyOptions {
  readonly podAt: (address: string) => OptedInPod | undefined;
  readonly isAws: (host: string) => boolean;
  readonly certificateFor: (host: string) => Promise<SecureContext>;
  readonly distrust: Distrust;
  readonly skipped: ReasonCounts<ProxySkip>;
  readonly exchanged: (exchange: Exchange, caller: { readonly pod: OptedInPod; readonly address: string }) => void;
  readonly logger: Logger;
  /** Where a host is really, and who signs for it, for tests: its address in DNS and the public's authorities. */
  readonly target?: ((host: string, port: number) => Target) | undefined;
}

interface Target {
  readonly host: string;
  readonly port: number;
  /** PEM. */
  readonly ca?: string;
}

/** Milliseconds for a client to say what it wants, and for AWS to answer a connection. */
const patience = 10_000;
/** Milliseconds for the API server to say whose an address is. */
const untilPodIsKnown = 3_000;
const longestHead = 65_536;

/** How a connection begins. */
type Beginning =
  | { readonly kind: 'tls'; readonly hello: ClientHello }
  | { readonly kind: 'connect'; readonly host: string; readonly end: number }
  | { readonly kind: 'http'; readonly host: string }
  | { readonly kind: 'unknown' };

/**
 * Stands between pods that have opted in and AWS. What passes is passed on byte by byte, as it is: heads, bodies and
 * their order are read along the way and never changed, so signatures stay valid, nothing is held, and what is not
 * understood works all the same. It takes TLS by the name in the ClientHello, plain HTTP, and CONNECT, on any port.
 */
export function createProxyServer(
  options: ProxyOptions & {
    readonly port: number;
    readonly name: string;
    readonly listening?: ((port: number) => void) | undefined;
  },
): Runnable {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    // A client that goes is no news; what it leaves is cleaned up by 'close'.
    socket.on('error', () => socket.destroy());
    serve(socket, options).catch((error: unknown) => {
      options.logger.error({ error }, 'a connection failed');
      socket.destroy();
    });
  });
  return {
    name: options.name,
    run: async signal => {
      const port = await listen(server, options);
      options.listening?.(port);
      await aborted(signal);
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** A pod that has just started calls before the API server knows its address: it is waited for. */
async function podOf(
  socket: Socket,
  { address, podAt }: Pick<ProxyOptions, 'podAt'> & { readonly address: string },
): Promise<OptedInPod | undefined> {
  const end = monotonicTime() + untilPodIsKnown;
  for (;;) {
    const pod = podAt(address);
    if (pod !== undefined || socket.destroyed || monotonicTime() > end) return pod;
    await sleep(50);
  }
}

async function serve(socket: Socket, options: ProxyOptions): Promise<void> {
  // An IPv4 client of a socket for both families.
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const pod = await podOf(socket, { address, podAt: options.podAt });
  if (pod === undefined) {
    refuse(socket, 'not-opted-in', options);
    return;
  }
  const begun = await readFirstBytes(socket, { read: readBeginning, most: longestHead, patience });
  if (begun === undefined) {
    refuse(socket, 'no-host', options);
    return;
  }
  const { said, bytes } = begun;
  switch (said.kind) {
    case 'unknown': {
      refuse(socket, 'no-host', options);
      return;
    }
    case 'tls':
      socket.unshift(bytes);
      return serveTls(socket, said.hello, { ...options, pod, address });
    case 'http':
      socket.unshift(bytes);
      return servePlain(socket, said.host, { ...options, pod, address });
    case 'connect':
      if (!options.isAws(said.host)) {
        socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
        options.skipped.add('not-aws');
        return;
      }
      if (bytes.length > said.end) socket.unshift(bytes.subarray(said.end));
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      return serveConnect(socket, { ...options, pod, address });
  }
}

interface Served extends ProxyOptions {
  readonly pod: OptedInPod;
  readonly address: string;
}

async function serveConnect(socket: Socket, served: Served): Promise<void> {
  const begun = await readFirstBytes(socket, { read: readBeginning, most: longestHead, patience });
  if (begun?.said.kind !== 'tls') {
    refuse(socket, 'no-host', served);
    return;
  }
  socket.unshift(begun.bytes);
  return serveTls(socket, begun.said.hello, served);
}

function refuse(socket: Socket, reason: ProxySkip, { skipped }: ProxyOptions): void {
  skipped.add(reason);
  socket.destroy();
}

async function serveTls(socket: Socket, hello: ClientHello, served: Served): Promise<void> {
  const { isAws, distrust, pod, skipped, certificateFor, logger } = served;
  const host = hello.serverName;
  if (host === undefined) {
    refuse(socket, 'no-host', served);
    return;
  }
  if (!isAws(host)) {
    refuse(socket, 'not-aws', served);
    return;
  }
  const target = { ...(served.target?.(host, 443) ?? { host, port: 443 }), allowHalfOpen: true, noDelay: true };
  if (distrust.has(pod.uid)) {
    skipped.add('untrusted-authority');
    const upstream = connectTcp(target);
    if (await isConnected(upstream, 'connect')) pass(socket, upstream);
    else refuse(socket, 'no-upstream', served);
    return;
  }
  // AWS first: the client is offered the protocol that AWS has chosen, and no certificate where there is no AWS.
  const upstream = connectTls({ ...target, servername: host, ALPNProtocols: [...hello.protocols] });
  if (!(await isConnected(upstream, 'secureConnect'))) {
    logger.warn({ host, problem: upstream.authorizationError }, 'AWS cannot be reached');
    upstream.destroy();
    refuse(socket, 'no-upstream', served);
    return;
  }
  const protocol = upstream.alpnProtocol;
  const client = new TLSSocket(socket, {
    isServer: true,
    secureContext: await certificateFor(host),
    ...(typeof protocol === 'string' ? { ALPNProtocols: [protocol] } : {}),
  });
  noticeDistrust(client, upstream, served);
  const TapOf = protocol === 'h2' ? Http2Tap : Http1Tap;
  passRead(client, upstream, { ...served, tap: tapOf(TapOf, host, served) });
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

async function servePlain(socket: Socket, host: string, served: Served): Promise<void> {
  if (!served.isAws(host)) {
    refuse(socket, 'not-aws', served);
    return;
  }
  const upstream = connectTcp({
    ...(served.target?.(host, 80) ?? { host, port: 80 }),
    allowHalfOpen: true,
    noDelay: true,
  });
  if (await isConnected(upstream, 'connect'))
    passRead(socket, upstream, { ...served, tap: tapOf(Http1Tap, host, served) });
  else refuse(socket, 'no-upstream', served);
}

function tapOf(TapOf: typeof Http1Tap | typeof Http2Tap, host: string, { exchanged, pod, address }: Served): Tap {
  return new TapOf({ host, finished: exchange => exchanged(exchange, { pod, address }) });
}

/** Waits for a connection; false when there is none. */
function isConnected(socket: Socket, event: 'connect' | 'secureConnect'): Promise<boolean> {
  return new Promise(resolve => {
    const failed = (): void => {
      socket.destroy();
      resolve(false);
    };
    socket.setTimeout(patience, failed);
    socket.once(event, () => {
      socket.off('error', failed).setTimeout(0);
      resolve(true);
    });
    socket.on('error', failed);
  });
}

/** What passes is read along; where it was not understood that is counted. */
function passRead(client: Socket, upstream: Socket, { tap, skipped }: Served & { readonly tap: Tap }): void {
  client.on('data', (bytes: Buffer) => tap.fromClient(bytes));
  upstream.on('data', (bytes: Buffer) => tap.fromServer(bytes));
  client.once('close', () => {
    if (tap.isLost) skipped.add('not-http');
  });
  pass(client, upstream);
}

/** Each side gets what the other sends, as fast as it takes it; when one breaks the other is cut. */
function pass(client: Socket, upstream: Socket): void {
  client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
  upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
  client.pipe(upstream);
  upstream.pipe(client);
}

const connectLine = /^CONNECT ([\w.-]+):443 HTTP\/1\.[01]\r\n/i;
const hostLine = /\r\nhost:[ \t]*([\w.-]+)(?::\d+)?[ \t]*\r\n/i;

function readBeginning(bytes: Buffer): Beginning | 'more' {
  const hello = readClientHello(bytes);
  if (hello === 'more') return 'more';
  if (hello !== undefined) return { kind: 'tls', hello };
  const text = bytes.toString('latin1');
  if (!/^[A-Z]{0,16}( |$)/.test(text)) return { kind: 'unknown' };
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return 'more';
  const connected = connectLine.exec(text)?.[1];
  if (connected !== undefined) return { kind: 'connect', host: connected.toLowerCase(), end: end + 4 };
  const host = hostLine.exec(text.slice(0, end + 2))?.[1];
  return host === undefined || text.startsWith('CONNECT')
    ? { kind: 'unknown' }
    : { kind: 'http', host: host.toLowerCase() };
}
