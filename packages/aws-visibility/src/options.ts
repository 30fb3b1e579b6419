import { agentOptions } from '@network-mapper/reporting';
import { form, option, type Config } from '@network-mapper/runtime';

/** What the webhook, the DNS server and the proxy must agree on. */
const common = {
  namespace: option({
    env: 'POD_NAMESPACE',
    form: form.text,
    fallback: 'otterize-system',
    about: 'The namespace that the parts of AWS visibility run in.',
  }),
  authoritySecret: option({
    env: 'OTTERIZE_AWS_CA_SECRET',
    form: form.text,
    fallback: 'iamlive-ca',
    about: 'Secret with the authority that signs the proxy’s certificates.',
    ours: true,
  }),
};

/** Options of the proxy. */
export const proxyOptions = {
  ...agentOptions,
  ...common,
  httpPort: option({
    env: 'OTTERIZE_AWS_PROXY_HTTP_PORT',
    form: form.port,
    fallback: 10_080,
    about: 'Port for plain HTTP and for CONNECT.',
    ours: true,
  }),
  httpsPort: option({
    env: 'OTTERIZE_AWS_PROXY_HTTPS_PORT',
    form: form.port,
    fallback: 10_443,
    about: 'Port for TLS.',
    ours: true,
  }),
};

/** Options of the DNS server. */
export const dnsOptions = {
  ...common,
  debug: agentOptions.debug,
  healthPort: agentOptions.healthPort,
  metricsPort: agentOptions.metricsPort,
  dnsPort: option({
    env: 'OTTERIZE_AWS_DNS_PORT',
    form: form.port,
    fallback: 10_053,
    about: 'Port of DNS, over UDP and TCP.',
    ours: true,
  }),
  proxyService: option({
    env: 'OTTERIZE_AWS_PROXY_SERVICE',
    form: form.text,
    fallback: 'otterize-iamlive',
    about: 'The Service of the proxy, to which names of AWS lead.',
    ours: true,
  }),
  upstream: option({
    env: 'OTTERIZE_AWS_DNS_UPSTREAM',
    form: form.list,
    fallback: [],
    about: 'Addresses of the DNS servers that are asked for all else; those of /etc/resolv.conf when not set.',
    ours: true,
  }),
};

/** Options of the webhook. */
export const webhookOptions = {
  ...common,
  debug: agentOptions.debug,
  healthPort: agentOptions.healthPort,
  metricsPort: agentOptions.metricsPort,
  webhookPort: option({
    env: 'OTTERIZE_AWS_WEBHOOK_PORT',
    form: form.port,
    fallback: 9443,
    about: 'Port of the webhook.',
    ours: true,
  }),
  webhookService: option({
    env: 'OTTERIZE_AWS_WEBHOOK_SERVICE',
    form: form.text,
    fallback: 'otterize-network-mapper-webhook-service',
    about: 'The Service of the webhook: the name in its certificate.',
    ours: true,
  }),
  webhookConfiguration: option({
    env: 'OTTERIZE_AWS_WEBHOOK_CONFIGURATION',
    form: form.text,
    fallback: 'otterize-aws-visibility',
    about: 'The MutatingWebhookConfiguration that the certificate is written into.',
    ours: true,
  }),
  webhookSecret: option({
    env: 'OTTERIZE_AWS_WEBHOOK_SECRET',
    form: form.text,
    fallback: 'otterize-aws-visibility-webhook',
    about: 'Secret with the authority that signs the webhook’s certificate.',
    ours: true,
  }),
  dnsService: option({
    env: 'OTTERIZE_AWS_DNS_SERVICE',
    form: form.text,
    fallback: 'otterize-dns',
    about: 'The Service of the DNS server.',
    ours: true,
  }),
  clusterDomain: option({
    env: 'OTTERIZE_CLUSTER_DOMAIN',
    form: form.text,
    fallback: 'cluster.local',
    about: 'DNS suffix of names in the cluster.',
  }),
};

export type ProxyConfig = Config<typeof proxyOptions>;
export type DnsConfig = Config<typeof dnsOptions>;
export type WebhookConfig = Config<typeof webhookOptions>;
