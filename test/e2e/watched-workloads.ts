import { images } from './images.ts';

/** A broker with a producer and a consumer, and two workloads that talk through an Envoy each, as Istio has it. */
export const watchedNamespace = 'e2e-watched';
/** Made by `scripts/image/parts.sh`. */
const parts = 'localhost/network-mapper-parts:local';
const nodeImage = `${images.mapper.repository}/${images.mapper.image}:${images.mapper.tag}`;

const java = ['/jre/bin/java', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', '/kafka/*'];
const brokerAddress = 'kafka:9092';

/** Formats the broker's folder, then is the broker: its log is the container's. */
const brokerProgram = `
import { execFileSync, spawn } from 'node:child_process';
const java = ${JSON.stringify(java)};
const run = (...args) => [java[0], [...java.slice(1, -2), '-Dlog4j2.configurationFile=/config/log4j2.properties', ...java.slice(-2), ...args]];
execFileSync(...run('kafka.tools.StorageTool', 'format', '--ignore-formatted', '-t', '4L6g3nShT-eMCtK--X86sw', '-c', '/config/server.properties'), { stdio: 'inherit' });
const broker = spawn(...run('kafka.Kafka', '/config/server.properties'), { stdio: 'inherit' });
broker.on('exit', code => process.exit(code ?? 1));
process.on('SIGTERM', () => broker.kill());
`;

const serverProperties = `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://:9092,CONTROLLER://127.0.0.1:9093
advertised.listeners=PLAINTEXT://kafka-0.kafka-brokers.${watchedNamespace}.svc.cluster.local:9092
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
log.dirs=/tmp/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
`;

const logging = `
rootLogger.level=WARN
rootLogger.appenderRef.0.ref=STDOUT
appender.0.type=Console
appender.0.name=STDOUT
appender.0.layout.type=PatternLayout
appender.0.layout.pattern=[%d] %p %m (%c)%n
logger.0.name=kafka.authorizer.logger
logger.0.level=DEBUG
`;

/** Calls another workload through the Envoy beside it, by ever other ids. */
const clientProgram = `
import http from 'node:http';
let id = 0;
setInterval(() => {
  const method = ++id % 2 === 0 ? 'GET' : 'POST';
  const request = http.request({ host: '127.0.0.1', port: 15001, method, path: '/v1.2/items/' + id + '?page=1' }, response => response.resume());
  request.on('error', error => console.log(error.message));
  request.end();
}, 1000);
`;

const serverProgram = `
import http from 'node:http';
http.createServer((_request, response) => response.end('ok')).listen(8080, '127.0.0.1');
`;

/** An Envoy that listens, forwards and counts as the sidecar of a workload does. */
function envoyConfig(of: {
  readonly reporter: string;
  readonly listen: number;
  readonly host: string;
  readonly port: number;
}): string {
  const tag = (name: string, value: string) => ({ name, value_format: value });
  const tags = [
    tag('reporter', of.reporter),
    tag('source_workload', 'web'),
    tag('source_workload_namespace', watchedNamespace),
    tag('destination_workload', 'catalog'),
    tag('destination_workload_namespace', watchedNamespace),
    tag('destination_service_name', 'catalog'),
    tag('request_protocol', 'http'),
    tag('response_code', '%RESPONSE_CODE%'),
    tag('request_method', '%REQ(:METHOD)%'),
    tag('request_path', '%REQ(:PATH)%'),
  ];
  const address = (host: string, port: number) => ({ socket_address: { address: host, port_value: port } });
  const type = (name: string) => `type.googleapis.com/envoy.extensions.${name}`;
  const statistics = {
    name: 'envoy.access_loggers.stats',
    typed_config: {
      '@type': type('access_loggers.stats.v3.Config'),
      stat_prefix: 'istiocustom',
      counters: [{ stat: { name: 'istio_requests_total', tags }, value_fixed: 1 }],
    },
  };
  const manager = {
    '@type': type('filters.network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: 'http',
    access_log: [statistics],
    route_config: {
      virtual_hosts: [
        { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'next' } }] },
      ],
    },
    http_filters: [
      { name: 'envoy.filters.http.router', typed_config: { '@type': type('filters.http.router.v3.Router') } },
    ],
  };
  return JSON.stringify({
    admin: { address: address('0.0.0.0', 15_090) },
    stats_config: { use_all_default_tags: false },
    static_resources: {
      listeners: [
        {
          name: 'in',
          address: address('0.0.0.0', of.listen),
          filter_chains: [
            { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] },
          ],
        },
      ],
      clusters: [
        {
          name: 'next',
          type: 'STRICT_DNS',
          load_assignment: {
            cluster_name: 'next',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: address(of.host, of.port) } }] }],
          },
        },
      ],
    },
  });
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
}

const metadata = (name: string) => ({ name, namespace: watchedNamespace });

function controller(kind: 'Deployment' | 'StatefulSet', name: string, containers: readonly Container[]): object {
  const meshed = containers.some(container => container.name === 'istio-proxy');
  const mesh = { 'security.istio.io/tlsMode': 'istio', 'service.istio.io/canonical-name': name };
  const labels = { app: name, ...(meshed ? mesh : {}) };
  const spec = {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 2,
    containers: containers.map(container => ({
      ...container,
      imagePullPolicy: 'IfNotPresent',
      volumeMounts: [
        { name: 'config', mountPath: '/config' },
        { name: 'tmp', mountPath: '/tmp' },
      ],
    })),
    volumes: [
      { name: 'config', configMap: { name: 'config' } },
      { name: 'tmp', emptyDir: {} },
    ],
  };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: metadata(name),
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels }, spec },
      ...(kind === 'StatefulSet' ? { serviceName: 'kafka-brokers' } : {}),
    },
  };
}

function service(name: string, spec: object): object {
  return { apiVersion: 'v1', kind: 'Service', metadata: metadata(name), spec };
}

const node = (file: string): Container => ({
  name: 'app',
  image: nodeImage,
  command: ['/usr/bin/node', `/config/${file}`],
});
const tool = (...args: readonly string[]): Container => ({
  name: 'app',
  image: parts,
  command: [...java, ...args, '--bootstrap-server', brokerAddress],
});
const proxy = (file: string): Container => ({
  name: 'istio-proxy',
  image: parts,
  command: [
    '/usr/bin/envoy',
    '-c',
    `/config/${file}`,
    '--concurrency',
    '1',
    '--disable-hot-restart',
    '--log-level',
    'warn',
  ],
});

/** Namespace, configuration, Services and workloads. */
export function watchedObjects(): readonly object[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: watchedNamespace } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata('config'),
      data: {
        'broker.mjs': brokerProgram,
        'server.properties': serverProperties,
        'log4j2.properties': logging,
        'client.mjs': clientProgram,
        'server.mjs': serverProgram,
        'envoy-client.json': envoyConfig({ reporter: 'source', listen: 15_001, host: 'catalog', port: 80 }),
        'envoy-server.json': envoyConfig({ reporter: 'destination', listen: 15_006, host: '127.0.0.1', port: 8080 }),
      },
    },
    service('kafka', { selector: { app: 'kafka' }, ports: [{ port: 9092 }] }),
    service('kafka-brokers', {
      selector: { app: 'kafka' },
      ports: [{ port: 9092 }],
      clusterIP: 'None',
      publishNotReadyAddresses: true,
    }),
    service('catalog', { selector: { app: 'catalog' }, ports: [{ port: 80, targetPort: 15_006 }] }),
    controller('StatefulSet', 'kafka', [
      { name: 'kafka', image: parts, command: ['/usr/bin/node', '/config/broker.mjs'] },
    ]),
    controller('Deployment', 'producer', [
      tool('org.apache.kafka.tools.VerifiableProducer', '--topic', 'orders', '--throughput', '1'),
    ]),
    controller('Deployment', 'consumer', [
      tool(
        'org.apache.kafka.tools.consumer.ConsoleConsumer',
        ...['--topic', 'orders', '--group', 'billing'],
        ...['--consumer-property', 'group.protocol=consumer'],
      ),
    ]),
    controller('Deployment', 'web', [node('client.mjs'), proxy('envoy-client.json')]),
    controller('Deployment', 'catalog', [node('server.mjs'), proxy('envoy-server.json')]),
  ];
}
