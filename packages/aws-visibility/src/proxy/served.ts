import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { ReasonCounts } from '@network-mapper/model';
import type { Logger } from '@network-mapper/runtime';
import type { Distrust } from './distrust.ts';
import type { Exchange } from './exchange.ts';
import type { Http1Tap } from './http1-tap.ts';
import type { Http2Tap } from './http2-tap.ts';
import type { ConnectionCounts, ProxyLimits } from './limits.ts';
import { pass } from './pass.ts';
import type { Target } from './upstream.ts';

/** A pod that has opted in. */
export interface OptedInPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** ARN of the role that its ServiceAccount has, where the cluster says so. */
  readonly role: string | undefined;
  /** Its credentials are those of EKS Pod Identity. */
  readonly podIdentity: boolean;
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
  | 'not-http'
  /** So many connections of its pod have not said what they want yet, or wait for their pod, that it is cut. */
  | 'too-many-waiting'
  /** So many of its pod are read along that it is passed through as it is, or so many are open that it is cut. */
  | 'too-many-connections';

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
  /** Other ones, for tests. */
  readonly limits?: Partial<ProxyLimits> | undefined;
}

/** What is known of a connection before its pod is. */
export interface Connection extends ProxyOptions {
  readonly address: string;
  readonly limits: ProxyLimits;
  /** Connections that are read along, by address. */
  readonly read: ConnectionCounts;
  /** It has said what it wants and has got it: it does not wait any more. */
  readonly stopWaiting: () => void;
}

export interface Served extends Connection {
  readonly pod: OptedInPod;
}

export function refuse(socket: Socket, reason: ProxySkip, { skipped }: ProxyOptions): void {
  skipped.add(reason);
  socket.destroy();
}

/** What passes is read along; where it was not understood that is counted. */
export function passRead(
  client: Socket,
  upstream: Socket,
  { TapOf, host, ...served }: Served & { readonly TapOf: typeof Http1Tap | typeof Http2Tap; readonly host: string },
): void {
  const { exchanged, pod, address, skipped, limits } = served;
  const tap = new TapOf({ host, finished: exchange => exchanged(exchange, { pod, address }) });
  client.on('data', (bytes: Buffer) => tap.fromClient(bytes));
  upstream.on('data', (bytes: Buffer) => tap.fromServer(bytes));
  client.once('close', () => {
    if (tap.isLost) skipped.add('not-http');
  });
  pass(client, upstream, limits.idle);
}
