import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectKube } from '@network-mapper/kube';
import { createLogger, readOptions, runAll } from '@network-mapper/runtime';
import {
  createKubernetesApi,
  createRecordingMapper,
  pod,
  realPart,
  type KubernetesApi,
  type RecordingMapper,
} from '@network-mapper/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectBroker } from '../src/brokers/connect-broker.ts';
import { createKafkaWatcher } from '../src/kafka-watcher.ts';
import { parseAuthorizerLine } from '../src/log/authorizer-log.ts';
import { toBrokerAccess } from '../src/named-brokers.ts';
import { options } from '../src/options.ts';
import { RealBroker, type BrokerVersion } from './real-broker.ts';

const [producer, classic, consumer, sharer] = ['127.0.5.1', '127.0.5.2', '127.0.5.3', '127.0.5.4'];
const brokerPod = { namespace: 'kafka', pod: 'kafka-0', container: 'main' };

let kubernetes: KubernetesApi;
let mapper: RecordingMapper;
let stop: AbortController;
let running: Promise<void> | undefined;

beforeEach(async () => {
  kubernetes = await createKubernetesApi();
  mapper = await createRecordingMapper();
  stop = new AbortController();
  running = undefined;
  kubernetes.put(pod({ name: 'kafka-0', namespace: 'kafka', ip: '127.0.0.1' }));
});

afterEach(async () => {
  stop.abort();
  await running;
  await mapper.close();
  await kubernetes.down();
});

async function watch(env: Readonly<Record<string, string>>): Promise<void> {
  const logger = createLogger({ name: 'test', debug: false });
  logger.level = 'silent';
  const config = readOptions(options, {
    OTTERIZE_MAPPER_API_URL: mapper.url,
    OTTERIZE_KAFKA_SERVERS: 'kafka-0.kafka',
    OTTERIZE_KAFKA_REPORT_INTERVAL: '50ms',
    OTTERIZE_KAFKA_COOLDOWN_INTERVAL: '100ms',
    OTTERIZE_KAFKA_GROUP_INTERVAL: '200ms',
    OTTERIZE_HEALTH_PROBES_PORT: '0',
    OTTERIZE_METRICS_PORT: '0',
    ...env,
  });
  const connect = () => connectKube({ kubeconfig: kubernetes.kubeconfig() });
  running = runAll((await createKafkaWatcher({ config, connect, logger })).runnables, stop.signal);
}

/** What was reported, e.g. `127.0.5.1 Write orders`, and ` as <group>` where it is only assigned. */
function reported(): readonly string[] {
  const lines = mapper.entries.map(({ srcIp, operation, topic, group, denied }) =>
    [
      srcIp,
      operation,
      topic,
      ...(denied === true ? ['denied'] : []),
      ...(group === undefined ? [] : ['as', group]),
    ].join(' '),
  );
  return [...new Set(lines)].sort();
}

/** Hands the broker's log to the API server line by line, and cuts the connection to it every 500 lines. */
async function passLog(broker: RealBroker, signal: AbortSignal): Promise<void> {
  let passed = 0;
  while (!signal.aborted) {
    const lines = (await broker.log()).split('\n').slice(0, -1);
    for (const text of lines.slice(passed)) {
      kubernetes.logs.append(brokerPod, [{ time: new Date().toISOString(), text }]);
      if (++passed % 500 === 0) kubernetes.logs.end(brokerPod);
    }
    await new Promise(next => setTimeout(next, 20));
  }
}

function startConsumers(broker: RealBroker, { share }: { readonly share: boolean }): readonly string[] {
  const from = (client: string): readonly string[] => [
    ...['--bootstrap-server', broker.from(client), '--topic', 'orders', '--group', `group-of-${client}`],
  ];
  broker.tool('consumer.ConsoleConsumer', ...from(classic));
  broker.tool('consumer.ConsoleConsumer', ...from(consumer), '--consumer-property', 'group.protocol=consumer');
  if (share) broker.tool('consumer.ConsoleShareConsumer', ...from(sharer));
  return [classic, consumer, ...(share ? [sharer] : [])];
}

async function produce(broker: RealBroker): Promise<void> {
  const tool = broker.tool('ConsoleProducer', '--bootstrap-server', broker.from(producer), '--topic', 'orders');
  const ended = once(tool, 'exit');
  tool.stdin?.end('one\ntwo\n');
  expect((await ended)[0]).toBe(0);
}

interface Broker {
  readonly version: BrokerVersion;
  readonly zookeeper?: boolean;
  readonly protocols: string;
}

const brokers: readonly Broker[] = [
  { version: '3.9.2', zookeeper: true, protocols: 'classic' },
  { version: '3.9.2', protocols: 'classic,consumer' },
  { version: '4.1.2', protocols: 'classic,consumer' },
  { version: '4.4.0', protocols: 'classic,consumer,share' },
];

test.each(brokers.filter(({ version }) => realPart('kafka', version).kind === 'there'))(
  'of a real broker $version (ZooKeeper: $zookeeper) accesses and members of groups ($protocols) are reported',
  async ({ version, zookeeper = false, protocols }) => {
    const properties = zookeeper ? [] : [`group.coordinator.rebalance.protocols=${protocols}`];
    const clients = [producer, classic, consumer, sharer];
    await using broker = await RealBroker.start({ version, zookeeper, clients, properties });
    await broker.createTopic('orders');
    const passing = new AbortController();
    const passed = passLog(broker, passing.signal);
    try {
      await watch({ OTTERIZE_KAFKA_BOOTSTRAP_SERVERS: broker.address });
      const members = zookeeper ? [classic] : startConsumers(broker, { share: protocols.includes('share') });
      if (zookeeper)
        broker.tool(
          'consumer.ConsoleConsumer',
          ...['--bootstrap-server', broker.from(classic), '--topic', 'orders', '--group', `group-of-${classic}`],
        );
      await produce(broker);
      const assigned = members.map(client => `${client} Read orders as group-of-${client}`);
      const seen = [`${producer} Write orders`, ...members.map(client => `${client} Read orders`)];
      await expect.poll(reported).toEqual(expect.arrayContaining([...assigned, ...seen]));
      // Everything that is in the log by now was reported, and nothing else.
      const wanted = (await broker.log()).split('\n').map(parseAuthorizerLine);
      const accesses = wanted.flatMap(line =>
        line.kind === 'access' ? [`${line.access.host} ${line.access.operation} ${line.access.topic}`] : [],
      );
      await expect.poll(() => reported().filter(line => !line.includes(' as '))).toEqual([...new Set(accesses)].sort());
      expect(reported().filter(line => line.includes(' as '))).toEqual(assigned);
    } finally {
      passing.abort();
      await passed;
    }
  },
);

test.skipIf(realPart('kafka', '4.1.2').kind === 'missing')(
  'where the broker writes nothing down, members of its groups are known all the same',
  async () => {
    await using broker = await RealBroker.start({ version: '4.1.2', clients: [producer, classic, consumer] });
    await broker.createTopic('orders');
    startConsumers(broker, { share: false });
    await watch({ OTTERIZE_KAFKA_BOOTSTRAP_SERVERS: broker.address });
    await expect
      .poll(reported)
      .toEqual([classic, consumer].map(client => `${client} Read orders as group-of-${client}`));
    expect(mapper.entries[0]).toMatchObject({ serverPodName: 'kafka-0', serverNamespace: 'kafka' });
  },
);

test.skipIf(realPart('kafka', '4.1.2').kind === 'missing')(
  'groups are read over TLS with a login; a wrong password, and a certificate that nobody vouches for, are named',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kafka-secrets-'));
    const file = (name: string): string => join(folder, name);
    makeCertificates(folder);
    await writeFile(file('username'), 'watcher\n');
    await writeFile(file('password'), 'right');
    await writeFile(file('wrong'), 'wrong');
    const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_watcher="right";';
    await using broker = await RealBroker.start({
      version: '4.1.2',
      clients: [classic],
      listeners: [{ at: 'localhost:19093', protocol: 'SASL_SSL' }],
      properties: [
        'sasl.enabled.mechanisms=PLAIN',
        `listener.name.more0.plain.sasl.jaas.config=${login}`,
        'ssl.keystore.type=PEM',
        `ssl.keystore.location=${file('server.pem')}`,
      ],
    });
    await broker.createTopic('orders');
    broker.tool(
      'consumer.ConsoleConsumer',
      ...['--bootstrap-server', broker.from(classic), '--topic', 'orders', '--group', 'readers'],
    );
    const secured = {
      OTTERIZE_KAFKA_BOOTSTRAP_SERVERS: 'localhost:19093',
      OTTERIZE_KAFKA_TLS: 'true',
      OTTERIZE_KAFKA_TLS_CA_FILE: file('ca.pem'),
      OTTERIZE_KAFKA_SASL_MECHANISM: 'PLAIN',
      OTTERIZE_KAFKA_SASL_USERNAME_FILE: file('username'),
      OTTERIZE_KAFKA_SASL_PASSWORD_FILE: file('password'),
    };
    try {
      await watch(secured);
      await expect.poll(reported).toEqual([`${classic} Read orders as readers`]);
      const access = { ...toBrokerAccess(readOptions(options, secured)) };
      const endpoint = { host: 'localhost', port: 19_093 };
      await expect(connectBroker(endpoint, { ...access, passwordFile: file('wrong') })).rejects.toThrow(
        /localhost:19093 cannot be reached: .*uthentication/,
      );
      await expect(connectBroker(endpoint, { ...access, caFile: '' })).rejects.toThrow(/certificate/);
      await expect(connectBroker(endpoint, { ...access, caFile: '/nowhere' })).rejects.toThrow(/ENOENT.*nowhere/);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

/** An authority, and a broker's certificate by it. */
function makeCertificates(folder: string): void {
  const openssl = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=authority');
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  openssl(
    'req',
    '-x509',
    ...key,
    ...name,
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-keyout',
    'key.pem',
    '-out',
    'cert.pem',
  );
  openssl('pkcs8', '-topk8', '-nocrypt', '-in', 'key.pem', '-out', 'pkcs8.pem');
  execFileSync('sh', ['-c', 'cat pkcs8.pem cert.pem ca.pem >server.pem'], { cwd: folder });
}
