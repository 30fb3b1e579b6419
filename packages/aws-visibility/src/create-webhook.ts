import type { SecureContextOptions } from 'node:tls';
import { objectPath, type KubeConnection } from '@network-mapper/kube';
import {
  createHealthListener,
  createMetricsListener,
  createRegistry,
  every,
  wallTime,
  type Logger,
  type Runnable,
} from '@network-mapper/runtime';
import { trusted, type AuthorityHistory, type HistoryOptions } from './certificates/authority-history.ts';
import { AuthoritySecret } from './certificates/authority-secret.ts';
import { makeKeyPair, signLeaf, toSigner } from './certificates/certificate-authority.ts';
import { proxyAuthority } from './certificates/proxy-authority.ts';
import type { WebhookConfig } from './options.ts';
import { BundleDistributor } from './webhook/bundle-distributor.ts';
import { WebhookConfiguration } from './webhook/webhook-configuration.ts';
import { createWebhookServer } from './webhook/webhook-server.ts';

export interface WebhookParts {
  readonly config: WebhookConfig;
  readonly connection: KubeConnection;
  readonly logger: Logger;
  /** The name servers of /etc/resolv.conf: the cluster's. */
  readonly systemServers: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Milliseconds between two looks at the authorities and the certificate; a minute unless given. */
  readonly lookInterval?: number;
  readonly listening?: (port: number) => void;
  readonly healthListening?: (port: number) => void;
}

const day = 24 * 3_600_000;
/** Of the webhook. The API server reads whom it trusts anew at each change. */
const webhookAuthority: HistoryOptions = { name: 'Network mapper: webhook', life: 90 * day, announced: day };
/** Milliseconds that the certificate of the webhook lives. */
const certificateLife = 30 * day;

/** The webhook, and what must be there before pods are sent to it. */
export async function createWebhook({
  config,
  connection,
  logger,
  now = wallTime,
  lookInterval = 60_000,
  ...parts
}: WebhookParts): Promise<readonly Runnable[]> {
  const { namespace } = config;
  const distributor = new BundleDistributor({ connection, logger });
  const proxySecret = new AuthoritySecret(
    {
      connection,
      namespace,
      name: config.authoritySecret,
      history: proxyAuthority,
      now,
      logger,
      lookInterval,
    },
    history => distributor.trust(trusted(history)),
  );
  await proxySecret.look();

  const configuration = new WebhookConfiguration({ connection, name: config.webhookConfiguration, logger });
  const keys = await makeKeyPair();
  let server: ReturnType<typeof createWebhookServer> | undefined = undefined;
  let authority: AuthorityHistory | undefined;
  let madeAt = 0;
  const webhookSecret = new AuthoritySecret(
    {
      connection,
      namespace,
      name: config.webhookSecret,
      history: webhookAuthority,
      now,
      logger,
      lookInterval,
    },
    async history => {
      // The API server trusts first, then another one signs.
      await configuration.trust(trusted(history));
      authority = history;
      madeAt = 0;
      server?.renew(await certificate());
    },
  );
  async function certificate(): Promise<SecureContextOptions> {
    if (authority === undefined) throw new Error('there is no authority after the Secret was read');
    const signer = await toSigner(authority.current);
    const name = `${config.webhookService}.${namespace}.svc`;
    const names = [name, `${name}.${config.clusterDomain}`, config.webhookService] as const;
    madeAt = now();
    const validity = { from: madeAt - 3_600_000, to: madeAt + certificateLife };
    const cert = await signLeaf({ signer, names, publicKey: keys.publicKey, ...validity });
    return { key: keys.privateKey, cert };
  }
  await webhookSecret.look();
  const dnsServers = new DnsServers(connection, { namespace, service: config.dnsService });
  await dnsServers.look(logger);
  server = createWebhookServer({
    port: config.webhookPort,
    certificate: await certificate(),
    patch: () => ({
      nameservers: dnsServers.address === undefined ? [] : [dnsServers.address, ...parts.systemServers.slice(0, 1)],
      clusterDomain: config.clusterDomain,
    }),
    ...(parts.listening === undefined ? {} : { listening: parts.listening }),
  });
  const { runnable, renew } = server;
  return [
    runnable,
    ...distributor.runnables,
    proxySecret.runnable(),
    webhookSecret.runnable(),
    configuration.runnable(),
    {
      name: 'the certificate of the webhook',
      run: signal =>
        every(
          lookInterval,
          async () => {
            if (now() - madeAt >= (certificateLife * 2) / 3) renew(await certificate());
            await dnsServers.look(logger);
          },
          signal,
        ),
    },
    createHealthListener({
      port: config.healthPort,
      problems: () => [
        ...(configuration.isCurrent ? [] : ['The API server does not trust the certificate of the webhook yet.']),
        ...(dnsServers.address === undefined
          ? [`There is no Service ${config.dnsService}: pods are left as they are.`]
          : []),
      ],
      ...(parts.healthListening === undefined ? {} : { listening: parts.healthListening }),
    }),
    createMetricsListener({ port: config.metricsPort, registry: createRegistry() }),
  ];
}

interface ServiceObject {
  readonly spec?: { readonly clusterIP?: string };
}

/** Where our DNS server is. */
class DnsServers {
  readonly #connection: KubeConnection;
  readonly #path: string;
  #address: string | undefined;

  constructor(
    connection: KubeConnection,
    { namespace, service }: { readonly namespace: string; readonly service: string },
  ) {
    this.#connection = connection;
    const services = { group: '', version: 'v1', plural: 'services', namespaced: true };
    this.#path = objectPath(services, { namespace, name: service });
  }

  get address(): string | undefined {
    return this.#address;
  }

  async look(logger: Logger): Promise<void> {
    try {
      this.#address = ((await this.#connection.getJson(this.#path)) as ServiceObject).spec?.clusterIP;
    } catch (error) {
      logger.warn({ error }, 'the Service of the DNS server cannot be read');
    }
  }
}
