import type { Socket } from 'node:net';
import { readClientHello, type ClientHello } from './client-hello.ts';
import { readFirstBytes } from './first-bytes.ts';

/** How a connection begins. */
export type Beginning =
  | { readonly kind: 'tls'; readonly hello: ClientHello }
  | { readonly kind: 'connect'; readonly host: string; readonly end: number }
  | { readonly kind: 'http'; readonly host: string }
  | { readonly kind: 'unknown' };

const longestHead = 65_536;

/** Reads how a connection begins, within so many milliseconds; undefined when it ends before it has said so. */
export function readBeginning(
  socket: Socket,
  timeout: number,
): Promise<{ readonly said: Beginning; readonly bytes: Buffer } | undefined> {
  return readFirstBytes(socket, { read: parseBeginning, most: longestHead, timeout });
}

const connectLine = /^CONNECT ([\w.-]+):443 HTTP\/1\.[01]\r\n/i;
const hostLine = /\r\nhost:[ \t]*([\w.-]+)(?::\d+)?[ \t]*\r\n/i;

function parseBeginning(bytes: Buffer): Beginning | 'more' {
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
