import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectKube } from '@network-mapper/kube';
import { closeServer, createLogger, listen, readOptions, runAll } from '@network-mapper/runtime';
import { createKubernetesApi, pod, statefulSet, type KubernetesApi } from '@network-mapper/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createKafkaWatcher } from '../src/kafka-watcher.ts';
import { options } from '../src/options.ts';

const logger = createLogger({ name: 'test', debug: false });
logger.level = 'silent';

let kubernetes: KubernetesApi;
let mapper: Server;
let mapperUrl: string;
let reported: Set<string>;
let stop: AbortController;
let running: Promise<void> | undefined;
let folder: string;

interface Access {
  readonly srcIp: string;
  readonly serverPodName: string;
  readonly serverNamespace: string;
  readonly topic: string;
  readonly operation: string;
  readonly denied?: boolean;
}

beforeEach(async () => {
  kubernetes = await createKubernetesApi();
  reported = new Set();
  stop = new AbortController();
  running = undefined;
  folder = await mkdtemp(join(tmpdir(), 'kafka-watcher-'));
  mapper = createServer((request, response) => {
    response.setHeader('x-mapper-instance', 'one');
    if (request.method !== 'POST') return void response.end();
    void json(request).then(body => {
      const { operationName, variables } = body as {
        operationName: string;
        variables: { results?: { results: Access[] } };
      };
      for (const access of variables.results?.results ?? [])
        reported.add(
          `${access.srcIp} ${access.serverNamespace}/${access.serverPodName} ${access.operation} ${access.topic}${access.denied === true ? ' denied' : ''}`,
        );
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { [operationName]: true } }));
    });
  });
  mapperUrl = `http://127.0.0.1:${await listen(mapper, { name: 'the mapper of the test', port: 0, host: '127.0.0.1' })}`;
});

afterEach(async () => {
  stop.abort();
  await running;
  await closeServer(mapper);
  await kubernetes.down();
  await rm(folder, { recursive: true });
});

async function start(env: Readonly<Record<string, string>>): Promise<void> {
  const fast = { OTTERIZE_KAFKA_REPORT_INTERVAL: '20ms', OTTERIZE_KAFKA_COOLDOWN_INTERVAL: '100ms' };
  const ports = { OTTERIZE_HEALTH_PROBES_PORT: '0', OTTERIZE_METRICS_PORT: '0' };
  const config = readOptions(options, { OTTERIZE_MAPPER_API_URL: mapperUrl, ...fast, ...ports, ...env });
  const connect = () => connectKube({ kubeconfig: kubernetes.kubeconfig() });
  running = runAll((await createKafkaWatcher({ config, connect, logger })).runnables, stop.signal);
}

function line(operation: string, host: string, more: { topic?: string; verdict?: string } = {}): string {
  const { topic = 'orders', verdict = 'Allowed' } = more;
  return `[2026-11-23 07:04:12,717] DEBUG Principal = User:x is ${verdict} operation = ${operation} from host = ${host} on resource = Topic:LITERAL:${topic} for request = Fetch with resourceRefCount = 1 based on rule SuperUser (kafka.authorizer.logger)`;
}

/** A broker beside a sidecar, so its container has to be named. */
const containers = [{ name: 'proxy' }, { name: 'kafka' }];
const bare = pod({ name: 'broker-0', namespace: 'kafka' });
const brokerPod = { ...bare, spec: { ...(bare.spec as object), containers } };
const broker = { namespace: 'kafka', pod: 'broker-0', container: 'kafka' };

function write(...texts: readonly string[]): void {
  kubernetes.logs.append(
    broker,
    texts.map(text => ({ time: new Date().toISOString(), text })),
  );
}

const all = (): readonly string[] => [...reported].sort();

test('accesses in the log of a broker’s pod are reported, denied ones as such', async () => {
  kubernetes.put(brokerPod);
  await start({ OTTERIZE_KAFKA_SERVERS: 'broker-0.kafka' });
  await expect.poll(() => kubernetes.requests.some(({ url }) => url.includes('/log?'))).toBe(true);
  write(line('READ', '10.0.0.1'), 'something else', line('WRITE', '10.0.0.2', { topic: 'audit', verdict: 'Denied' }));
  await expect.poll(all).toEqual(['10.0.0.1 kafka/broker-0 Read orders', '10.0.0.2 kafka/broker-0 Write audit denied']);
});

test('a log that is cut every few lines loses none', async () => {
  kubernetes.put(brokerPod);
  await start({ OTTERIZE_KAFKA_SERVERS: 'broker-0.kafka' });
  await expect.poll(() => kubernetes.requests.some(({ url }) => url.includes('/log?'))).toBe(true);
  for (let cut = 0; cut < 4; cut++) {
    write(...Array.from({ length: 20 }, (_, at) => line('READ', `10.0.${cut}.${at}`)));
    kubernetes.logs.end(broker);
  }
  await expect.poll(() => reported.size, { timeout: 20_000 }).toBe(80);
}, 30_000);

test('a broker whose pod comes later is followed then', async () => {
  await start({ OTTERIZE_KAFKA_SERVERS: 'broker-0.kafka' });
  await expect
    .poll(() => kubernetes.requests.filter(({ url }) => url.endsWith('/pods/broker-0')).length)
    .toBeGreaterThan(1);
  kubernetes.put(brokerPod);
  write(line('READ', '10.0.0.1'));
  await expect.poll(all, { timeout: 10_000 }).toEqual(['10.0.0.1 kafka/broker-0 Read orders']);
});

test('a log file is followed from its end, and across rotation', async () => {
  const file = join(folder, 'authz.log');
  await writeFile(file, `${line('READ', '10.0.0.9')}\n`);
  await start({
    OTTERIZE_KAFKA_LOG_READ_MODE: 'file-logs',
    OTTERIZE_KAFKA_AUTHZ_LOG_PATH: file,
    OTTERIZE_POD: 'broker-0',
    OTTERIZE_NAMESPACE: 'kafka',
  });
  // A line that comes while the file is not open yet counts as old: one is written until one is seen.
  await expect
    .poll(async () => {
      await appendFile(file, `${line('READ', '10.0.0.1')}\n`);
      return all();
    })
    .toEqual(['10.0.0.1 kafka/broker-0 Read orders']);
  await appendFile(file, `${line('WRITE', '10.0.0.2')}\n`);
  await rename(file, `${file}.1`);
  await writeFile(file, `${line('DESCRIBE', '10.0.0.3')}\n`);
  await expect
    .poll(all)
    .toEqual([
      '10.0.0.1 kafka/broker-0 Read orders',
      '10.0.0.2 kafka/broker-0 Write orders',
      '10.0.0.3 kafka/broker-0 Describe orders',
    ]);
});

describe('without being named', () => {
  const found = (name: string, more: Partial<Parameters<typeof pod>[0]> = {}) => {
    const { spec, ...rest } = pod({ name, namespace: 'kafka', ...more });
    return { ...rest, spec: { ...(spec as object), containers } };
  };
  const writeTo = (name: string, text: string): void =>
    kubernetes.logs.append({ ...broker, pod: name }, [{ time: new Date().toISOString(), text }]);

  test('brokers are found by the labels of operators, and by the logs of StatefulSets', async () => {
    const set = (name: string) => ({ owner: statefulSet({ name, namespace: 'kafka' }) });
    const strimzi = { 'strimzi.io/kind': 'Kafka', 'strimzi.io/name': 'main-kafka', 'strimzi.io/broker-role': 'true' };
    kubernetes.put(
      found('main-kafka-0', { labels: strimzi }),
      found('confluent-0', { labels: { 'platform.confluent.io/type': 'kafka' } }),
      found('own-0', set('own')),
      // None of these is a broker.
      found('main-controller-0', { labels: { ...strimzi, 'strimzi.io/broker-role': 'false' } }),
      found('connect-0', { labels: { 'strimzi.io/kind': 'KafkaConnect' } }),
      found('other-0', set('other')),
    );
    writeTo('own-0', line('READ', '10.0.0.3'));
    writeTo('other-0', 'Principal = nobody');
    await start({ OTTERIZE_KAFKA_DISCOVER: 'true' });
    const follows = (name: string) =>
      kubernetes.requests.some(({ url }) => url.includes(`/${name}/log?`) && url.includes('follow'));
    for (const name of ['main-kafka-0', 'confluent-0', 'own-0']) await expect.poll(() => follows(name)).toBe(true);
    writeTo('main-kafka-0', line('READ', '10.0.0.1'));
    writeTo('confluent-0', line('WRITE', '10.0.0.2'));
    writeTo('own-0', line('READ', '10.0.0.4'));
    await expect
      .poll(all)
      .toEqual(
        expect.arrayContaining([
          '10.0.0.1 kafka/main-kafka-0 Read orders',
          '10.0.0.2 kafka/confluent-0 Write orders',
          '10.0.0.4 kafka/own-0 Read orders',
        ]),
      );
    for (const name of ['main-controller-0', 'connect-0', 'other-0']) expect(follows(name)).toBe(false);
  });

  test('a broker that is gone is followed no more, and one that comes is', async () => {
    const labels = { 'platform.confluent.io/type': 'kafka' };
    kubernetes.put(found('confluent-0', { labels }));
    await start({ OTTERIZE_KAFKA_DISCOVER: 'true' });
    writeTo('confluent-0', line('READ', '10.0.0.1'));
    await expect.poll(all).toEqual(['10.0.0.1 kafka/confluent-0 Read orders']);
    kubernetes.remove(found('confluent-0', { labels }));
    kubernetes.put(found('confluent-1', { labels }));
    writeTo('confluent-1', line('READ', '10.0.0.2'));
    await expect.poll(all).toContain('10.0.0.2 kafka/confluent-1 Read orders');
  });
});

test.each([
  [
    { OTTERIZE_KAFKA_BOOTSTRAP_SERVERS: 'kafka' },
    'OTTERIZE_KAFKA_BOOTSTRAP_SERVERS: "kafka" is not of the form host:port.',
  ],
  [{ OTTERIZE_KAFKA_SASL_MECHANISM: 'PLAIN' }, 'needs OTTERIZE_KAFKA_SASL_USERNAME_FILE'],
  [{ OTTERIZE_KAFKA_TLS_CERT_FILE: '/a' }, 'are needed together'],
  [{ OTTERIZE_KAFKA_SERVERS: 'broker-0' }, 'OTTERIZE_KAFKA_SERVERS: "broker-0" is not of the form pod.namespace.'],
  [{ OTTERIZE_KAFKA_LOG_READ_MODE: 'file-logs' }, 'OTTERIZE_POD and OTTERIZE_NAMESPACE must name the broker'],
])('wrong settings are named: %s', async (env, problem) => {
  await expect(start(env)).rejects.toThrow(problem);
});
