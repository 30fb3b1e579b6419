import type { PodParty } from '@network-mapper/model';
import { ConfigError } from '@network-mapper/runtime';
import type { BrokerAccess, Endpoint } from './brokers/connect-broker.ts';
import type { KafkaWatcherConfig } from './options.ts';

/** Throws ConfigError. */
export function toPods(servers: readonly string[]): readonly PodParty[] {
  return servers.map(server => {
    const [name = '', namespace = '', ...rest] = server.split('.');
    if (name === '' || namespace === '' || rest.length > 0)
      throw new ConfigError([`OTTERIZE_KAFKA_SERVERS: ${shown(server)} is not of the form pod.namespace.`]);
    return { kind: 'pod', namespace, name };
  });
}

/** Throws ConfigError. */
export function toEndpoints(servers: readonly string[]): readonly Endpoint[] {
  return servers.map(server => {
    const [, bracketed, plain, port = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(server) ?? [];
    const host = bracketed ?? plain;
    if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
      throw new ConfigError([`OTTERIZE_KAFKA_BOOTSTRAP_SERVERS: ${shown(server)} is not of the form host:port.`]);
    return { host, port: Number(port) };
  });
}

/** Throws ConfigError. */
export function toBrokerAccess(config: KafkaWatcherConfig): BrokerAccess {
  const { tls, saslMechanism: sasl, saslUsernameFile, saslPasswordFile, tlsCertFile, tlsKeyFile } = config;
  if (sasl !== 'none' && (saslUsernameFile === '' || saslPasswordFile === ''))
    throw new ConfigError([
      `OTTERIZE_KAFKA_SASL_MECHANISM=${sasl} needs OTTERIZE_KAFKA_SASL_USERNAME_FILE and OTTERIZE_KAFKA_SASL_PASSWORD_FILE.`,
    ]);
  if ((tlsCertFile === '') !== (tlsKeyFile === ''))
    throw new ConfigError(['OTTERIZE_KAFKA_TLS_CERT_FILE and OTTERIZE_KAFKA_TLS_KEY_FILE are needed together.']);
  return {
    tls,
    caFile: config.tlsCaFile,
    certFile: tlsCertFile,
    keyFile: tlsKeyFile,
    sasl,
    usernameFile: saslUsernameFile,
    passwordFile: saslPasswordFile,
  };
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
