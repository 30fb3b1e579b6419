import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connectKube } from '@network-mapper/kube';
import { createLogger, readOptions, runAll } from '@network-mapper/runtime';
import { createKubernetesApi, service, type KubernetesApi } from '@network-mapper/testkit';
import { decode, encode, type Packet, type RecordType } from 'dns-packet';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createDns } from '../src/create-dns.ts';
import { createDnsServer } from '../src/dns/dns-server.ts';
import { dnsOptions } from '../src/options.ts';
import services from '../src/recognise/services.generated.json' with { type: 'json' };
import { startClusterDns, type ClusterDns } from './aws/cluster-dns.ts';
import { proxySlice } from './aws/proxy-slice.ts';

const namespace = 'otterize-system';

interface RunningDns {
  readonly kubernetes: KubernetesApi;
  readonly port: number;
  readonly clusterDns: ClusterDns;
}

async function startDns(upstream?: string): Promise<RunningDns> {
  const kubernetes = await createKubernetesApi();
  const clusterDns = await startClusterDns({ host: '127.0.0.1', port: 0, addressOf: () => '203.0.113.9' });
  onTestFinished(clusterDns.close);
  const env = { OTTERIZE_AWS_DNS_PORT: '0', OTTERIZE_METRICS_PORT: '0', OTTERIZE_HEALTH_PROBES_PORT: '0' };
  const config = readOptions(dnsOptions, {
    ...env,
    POD_NAMESPACE: namespace,
    OTTERIZE_AWS_DNS_UPSTREAM: upstream ?? `127.0.0.1:${clusterDns.port}`,
  });
  const logger = createLogger({ name: 'aws-dns', debug: false });
  logger.level = 'fatal';
  const stop = new AbortController();
  const listening = Promise.withResolvers<number>();
  const connection = await connectKube({ kubeconfig: kubernetes.kubeconfig() });
  const parts = { config, connection, logger, services, systemServers: [], host: '127.0.0.1' };
  const running = runAll(createDns({ ...parts, listening: listening.resolve }), stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
    await kubernetes[Symbol.asyncDispose]();
  });
  return { kubernetes, clusterDns, port: await listening.promise };
}

function proxyIs(kubernetes: KubernetesApi, ready: boolean): void {
  kubernetes.put(service({ name: 'otterize-iamlive', namespace, clusterIp: '10.96.0.77', ports: [{ port: 443 }] }));
  kubernetes.put(proxySlice({ namespace, address: '10.0.0.5', ready }));
}

const queryOf = (name: string, type: RecordType): Buffer =>
  encode({ type: 'query', id: 4711, flags: 0x100, questions: [{ type, name }], additionals: [] });

/** `decode` says the code of an answer as well, which its types leave out. */
type Answer = Packet & { readonly rcode?: string };

async function ask(port: number, name: string, type: RecordType = 'A'): Promise<Answer> {
  const socket = createSocket('udp4');
  socket.send(queryOf(name, type), port, '127.0.0.1');
  const [answer] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return decode(answer);
}

const addresses = ({ answers = [] }: Packet): readonly string[] =>
  answers.flatMap(answer => (answer.type === 'A' ? [`${answer.name} ${answer.data} ${answer.ttl ?? 0}`] : []));

test('names of AWS’s APIs lead to the proxy while it is ready, and to AWS for five seconds when it is not', async () => {
  const { kubernetes, port, clusterDns } = await startDns();
  const name = 'SQS.eu-west-1.AmazonAWS.com';
  expect(addresses(await ask(port, name))).toEqual([`${name} 203.0.113.9 5`]);
  proxyIs(kubernetes, true);
  // The case of a name is part of the answer: resolvers that mix it know answers by it.
  await vi.waitUntil(async () => addresses(await ask(port, name))[0] === `${name} 10.96.0.77 5`);
  const before = clusterDns.asked.length;
  for (const type of ['AAAA', 'TXT', 'MX'] as const) {
    const answer = await ask(port, name, type);
    expect([answer.answers, answer.rcode ?? 'NOERROR']).toEqual([[], 'NOERROR']);
  }
  expect(clusterDns.asked.length).toBe(before);
  proxyIs(kubernetes, false);
  await vi.waitUntil(async () => addresses(await ask(port, name))[0] === `${name} 203.0.113.9 5`);
});

test('all other names are asked of the cluster’s DNS, and answered with what it says', async () => {
  const { kubernetes, port, clusterDns } = await startDns();
  proxyIs(kubernetes, true);
  const name = 'db.abc.eu-west-1.rds.amazonaws.com';
  expect(addresses(await ask(port, name))).toEqual([`${name} 203.0.113.9 3600`]);
  expect(clusterDns.asked.at(-1)?.questions?.[0]?.name).toBe(name);
});

test('over TCP the same is answered, and several questions on one connection', async () => {
  const { kubernetes, port } = await startDns();
  proxyIs(kubernetes, true);
  await vi.waitUntil(async () => addresses(await ask(port, 'sts.amazonaws.com'))[0]?.includes('10.96.0.77') === true);
  const socket = connect({ host: '127.0.0.1', port });
  onTestFinished(() => void socket.destroy());
  const framed = (query: Buffer) => Buffer.concat([Buffer.from([query.length >> 8, query.length & 255]), query]);
  const queries = Buffer.concat([
    framed(queryOf('sts.amazonaws.com', 'A')),
    framed(queryOf('sqs.eu-west-1.amazonaws.com', 'A')),
  ]);
  socket.write(queries.subarray(0, 7));
  socket.write(queries.subarray(7));
  let bytes: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => (bytes = Buffer.concat([bytes, chunk])));
  await vi.waitUntil(() => bytes.toString('latin1').includes('sts') && bytes.toString('latin1').includes('sqs'));
});

test('when no server answers, the answer says so', async () => {
  const { port } = await startDns('127.0.0.1:1');
  const answer = await ask(port, 'example.com');
  expect(answer.rcode).toBe('SERVFAIL');
  expect(answer.id).toBe(4711);
});

test('whatever bytes come, the server goes on', async () => {
  const stop = new AbortController();
  const listening = Promise.withResolvers<number>();
  const server = createDnsServer({
    port: 0,
    host: '127.0.0.1',
    isAws: () => true,
    proxy: () => ({ v4: '10.96.0.77', v6: undefined }),
    upstreams: [],
    answered: () => undefined,
    listening: listening.resolve,
  });
  const running = server.run(stop.signal);
  const port = await listening.promise;
  const socket = createSocket('udp4');
  for (let length = 0; length < 200; length++) socket.send(Buffer.alloc(length, length), port, '127.0.0.1');
  expect(addresses(await ask(port, 'sqs.eu-west-1.amazonaws.com'))).toHaveLength(1);
  socket.close();
  stop.abort();
  await running;
});
