import { WatchedCollection, type CollectionState, type KubeConnection } from '@network-mapper/kube';
import {
  ConfigError,
  Counter,
  createHealthListener,
  createMetricsListener,
  createRegistry,
  type Logger,
  type Registry,
  type Runnable,
} from '@network-mapper/runtime';
import type { ProxyAddresses } from './dns/answer.ts';
import { AwsNames } from './dns/aws-names.ts';
import { createDnsServer, type DnsOutcome } from './dns/dns-server.ts';
import type { Upstream } from './dns/forwarder.ts';
import type { DnsConfig } from './options.ts';
import type { ServiceTable } from './recognise/service-table.ts';

export interface DnsParts {
  readonly config: DnsConfig;
  readonly connection: KubeConnection;
  readonly logger: Logger;
  readonly services: ServiceTable;
  /** The name servers of /etc/resolv.conf. */
  readonly systemServers: readonly string[];
  readonly registry?: Registry;
  readonly host?: string;
  readonly listening?: (port: number) => void;
  readonly healthListening?: (port: number) => void;
}

const dnsPort = 53;

/** The DNS server of pods that have opted in. */
export function createDns({
  config,
  connection,
  logger,
  services,
  systemServers,
  registry = createRegistry(),
  ...parts
}: DnsParts): readonly Runnable[] {
  const names = new AwsNames(services);
  const { namespace, proxyService } = config;
  const key = `${namespace}/${proxyService}`;
  // Names of AWS lead to AWS meanwhile: nothing else would say why nothing is seen.
  const stateChanged = (state: CollectionState): void => {
    if (state.kind === 'failing') logger.warn({ problem: state.problem }, 'where the proxy is cannot be watched');
  };
  const proxies = new WatchedCollection<ProxyAddresses>({
    connection,
    stateChanged,
    resource: { group: '', version: 'v1', plural: 'services', namespaced: true },
    selection: { namespace },
    reduce: ({ spec }) => toAddresses((spec as ServiceSpec | undefined)?.clusterIPs ?? []),
  });
  const slices = new WatchedCollection<boolean>({
    connection,
    stateChanged,
    resource: { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices', namespaced: true },
    selection: { namespace, labelSelector: `kubernetes.io/service-name=${proxyService}` },
    reduce: slice => (slice as EndpointSlice).endpoints?.some(({ conditions }) => conditions?.ready !== false) === true,
  });
  const isReady = (): boolean => [...slices.values()].includes(true);
  const queries = new Counter<'outcome'>({
    name: 'aws_dns_queries_total',
    help: 'Queries, by how they ended: answered with the proxy, with AWS because there is no proxy, forwarded, failed.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const upstreams = (config.upstream.length > 0 ? config.upstream : systemServers).map(toUpstream);
  if (upstreams.length === 0)
    throw new ConfigError(['OTTERIZE_AWS_DNS_UPSTREAM: neither it nor /etc/resolv.conf names a DNS server.']);
  logger.info({ upstreams, proxy: key }, 'DNS for pods that have opted in to AWS visibility');
  return [
    proxies,
    slices,
    createDnsServer({
      port: config.dnsPort,
      ...(parts.host === undefined ? {} : { host: parts.host }),
      isAws: name => names.has(name),
      proxy: () => (isReady() ? proxies.get(key) : undefined),
      upstreams,
      answered: (outcome: DnsOutcome) => queries.inc({ outcome }),
      ...(parts.listening === undefined ? {} : { listening: parts.listening }),
    }),
    createHealthListener({
      port: config.healthPort,
      problems: () => [],
      ...(parts.healthListening === undefined ? {} : { listening: parts.healthListening }),
    }),
    createMetricsListener({ port: config.metricsPort, registry }),
  ];
}

interface ServiceSpec {
  readonly clusterIPs?: readonly string[];
}

interface EndpointSlice {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[];
}

function toAddresses(clusterIPs: readonly string[]): ProxyAddresses {
  return {
    v4: clusterIPs.find(address => address.includes('.')),
    v6: clusterIPs.find(address => address.includes(':')),
  };
}

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`. */
function toUpstream(text: string): Upstream {
  const [, bracketed, plain, port] = /^(?:\[([\da-f:]+)\]|([\d.]+)):(\d+)$/i.exec(text) ?? [];
  return { address: bracketed ?? plain ?? text, port: port === undefined ? dnsPort : Number(port) };
}
