import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface Handshake {
  readonly port: number;
  /** Of the server. */
  readonly name: string;
  /** File with the authorities that the client trusts, as PEM. */
  readonly trusted: string;
  /** The time by the client's clock, in milliseconds since the epoch. */
  readonly time: number;
}

/**
 * A new connection of OpenSSL's client, which verifies name and certificates at another time than now and asks
 * something over HTTP. Undefined when it was answered; otherwise what went wrong.
 */
export async function handshake({ port, name, trusted, time }: Handshake): Promise<string | undefined> {
  const client = spawn(
    'openssl',
    [
      's_client',
      ...['-connect', `127.0.0.1:${port}`, '-servername', name, '-verify_hostname', name],
      ...[
        '-CAfile',
        trusted,
        '-no-CApath',
        '-attime',
        String(Math.floor(time / 1000)),
        '-verify_return_error',
        '-quiet',
      ],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  // It may end before it has read what it is to send.
  client.stdin.on('error', () => undefined);
  client.stdin.write(`GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`);
  const [answer, complaint] = await Promise.all([text(client.stdout), text(client.stderr)]);
  if (/^HTTP\/1\.1 \d{3} /.test(answer)) return undefined;
  return `at ${new Date(time).toISOString()}: ${/verify error:.*/.exec(complaint)?.[0] ?? (complaint.trim() || 'no answer')}`;
}
