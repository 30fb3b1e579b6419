import { readFile } from 'node:fs/promises';
import { Connection, type SASLMechanismValue } from '@platformatic/kafka';

/** How brokers are reached: what the files hold is read at every connection, so that a renewed secret is used. */
export interface BrokerAccess {
  readonly tls: boolean;
  /** Files in PEM; empty for none. Without `caFile` the system's certificates are trusted. */
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly sasl: 'none' | SaslMechanism;
  readonly usernameFile: string;
  readonly passwordFile: string;
}

export type SaslMechanism = Extract<SASLMechanismValue, 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'>;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** A broker cannot be asked; the message says where and why. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
}

/** Milliseconds. */
const [connectTimeout, requestTimeout] = [5_000, 15_000];

/** Throws BrokerError. */
export async function connectBroker({ host, port }: Endpoint, access: BrokerAccess): Promise<Connection> {
  try {
    const connection = new Connection('network-mapper', {
      connectTimeout,
      requestTimeout,
      ...(access.tls ? { tls: await tlsOptions(access), tlsServerName: true } : {}),
      ...(access.sasl === 'none' ? {} : { sasl: await saslOptions(access, access.sasl) }),
    });
    // What breaks a connection is said to whoever waits for an answer.
    connection.on('error', () => undefined);
    await connection.connect(host, port);
    return connection;
  } catch (cause) {
    throw new BrokerError(`broker ${host}:${port} cannot be reached: ${sentence(cause)}`, { cause });
  }
}

async function tlsOptions({ caFile, certFile, keyFile }: BrokerAccess): Promise<Record<string, Buffer>> {
  return {
    ...(caFile === '' ? {} : { ca: await readFile(caFile) }),
    ...(certFile === '' ? {} : { cert: await readFile(certFile) }),
    ...(keyFile === '' ? {} : { key: await readFile(keyFile) }),
  };
}

async function saslOptions({ usernameFile, passwordFile }: BrokerAccess, mechanism: SaslMechanism) {
  // Editors end a file with a line break, which is no part of a password.
  const text = async (file: string) => (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  return { mechanism, username: await text(usernameFile), password: await text(passwordFile) };
}

/** The innermost reasons: the library wraps what the network or the broker said. */
export function sentence(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return sentence(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} ${sentence(error.cause)}` : error.message;
}
