import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { closeServer, listen } from '@network-mapper/runtime';
import { object } from '@network-mapper/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startRecordedCloud, type CallFault, type RecordedCloud, type RecordedCloudOptions } from './recorded-cloud.ts';
import { report } from './reports.ts';
import type { RunningMapperOptions } from './running-mapper.ts';
import { later, startSmallCluster, type SmallCluster } from './small-cluster.ts';

const soon = <T>(expectation: () => T) => vi.waitFor(expectation, 60_000);

interface Uploading extends SmallCluster {
  readonly cloud: RecordedCloud;
  readonly stop: () => Promise<void>;
}

async function startUploading({
  tls,
  ...options
}: RunningMapperOptions & RecordedCloudOptions = {}): Promise<Uploading> {
  const cloud = await startRecordedCloud(tls === undefined ? {} : { tls });
  onTestFinished(() => cloud[Symbol.asyncDispose]());
  const env = {
    OTTERIZE_API_ADDRESS: cloud.address,
    OTTERIZE_CLIENT_ID: 'client',
    OTTERIZE_CLIENT_SECRET: 'secret',
    OTTERIZE_UPLOAD_INTERVAL_SECONDS: '1',
    OTTERIZE_CLOUD_CLIENT_TIMEOUT: '1s',
    ...options.env,
  };
  const cluster = await startSmallCluster({ ...options, env });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= Promise.resolve(cluster[Symbol.asyncDispose]()));
  onTestFinished(async () => {
    await stop();
    expect(cloud.unfit).toEqual([]);
  });
  return { ...cluster, cloud, stop };
}

const intentsOf = (cloud: RecordedCloud, operation = 'ReportDiscoveredIntents') =>
  cloud.of(operation).flatMap(({ intents }) => intents as readonly { readonly intent: Record<string, unknown> }[]);

const names = (cloud: RecordedCloud) => intentsOf(cloud).map(({ intent }) => String(intent.serverName));

/** The workload `web` calls `cart`, from these ports. */
const call = ({ running }: SmallCluster, ...srcPorts: readonly number[]) =>
  report(running, 'tcp', {
    srcIp: '10.0.0.1',
    destinations: [{ destination: '10.0.0.2', destinationIP: '10.0.0.2', destinationPort: 80, srcPorts }],
  });

const gcp = 'mutation ($operation: [GCPOperation!]!) { reportGCPOperation(operation: $operation) }';
/** The workload `web` uses so many resources of a cloud. */
const use = ({ running }: SmallCluster, ...resources: readonly string[]) =>
  running.ask(gcp, {
    operation: resources.map(resource => ({
      resource,
      permissions: ['storage.objects.get'],
      client: { name: 'web', namespace: 'shop' },
    })),
  });

test('what is on the map comes to the cloud: calls, names and addresses outside, operations, amounts of traffic', async () => {
  const uploading = await startUploading();
  const { running, cloud } = uploading;
  await call(uploading, 40_001, 40_002);
  await report(running, 'dns', {
    srcIp: '10.0.0.1',
    destinations: [{ destination: 'api.example.com', destinationIP: '198.51.100.7', TTL: 60 }],
  });
  await report(running, 'tcp', {
    srcIp: '203.0.113.9',
    destinations: [{ destination: '10.0.0.2', destinationIP: '10.0.0.2', destinationPort: 80, srcPorts: [1] }],
  });
  await use(uploading, 'projects/p/buckets/b');
  await running.ask('mutation ($results: KafkaMapperResults!) { reportKafkaMapperResults(results: $results) }', {
    results: {
      results: [
        {
          srcIp: '10.0.0.1',
          serverPodName: 'cart-1-x',
          serverNamespace: 'shop',
          topic: 'orders',
          operation: 'Read',
          lastSeen: later(1),
        },
      ],
    },
  });
  await running.ask('mutation ($results: TrafficLevelResults!) { reportTrafficLevelResults(results: $results) }', {
    results: { results: [{ srcIP: '10.0.0.1', dstIP: '10.0.0.2', bytesSent: 5_000_000_000, flows: 7 }] },
  });

  await soon(() => expect(intentsOf(cloud)).toHaveLength(3));
  const [plain] = intentsOf(cloud).filter(({ intent }) => intent.type === null);
  expect(plain).toMatchObject({
    discoveredAt: '2024-01-01T12:00:00.000Z',
    intent: {
      clientName: 'web',
      namespace: 'shop',
      clientWorkloadKind: 'Deployment',
      serverName: 'cart',
      serverNamespace: 'shop',
      serverAlias: null,
      topics: [],
      resources: [],
      resolutionData: 'handleInternalTrafficTCPResult',
      connectionsCount: { current: 2, added: 2, removed: 0 },
      awsRole: null,
      internet: null,
    },
  });
  expect(JSON.parse(String(plain?.intent.serverResolutionData))).toMatchObject({ port: 80 });
  expect(intentsOf(cloud).find(({ intent }) => intent.type === 'KAFKA')?.intent).toMatchObject({
    topics: [{ name: 'orders', operations: ['CONSUME'] }],
    connectionsCount: null,
  });
  expect(intentsOf(cloud).find(({ intent }) => intent.type === 'GCP')?.intent).toMatchObject({
    serverName: 'projects/p/buckets/b',
    serverNamespace: null,
    gcpPermissions: ['storage.objects.get'],
    topics: null,
  });
  await soon(() =>
    expect(intentsOf(cloud, 'ReportExternalTrafficDiscoveredIntents').map(({ intent }) => intent)).toEqual([
      {
        namespace: 'shop',
        clientName: 'web',
        target: { dnsName: 'api.example.com', ips: ['198.51.100.7'] },
        connectionsCount: { current: 1, added: 1, removed: 0 },
        ttl: null,
      },
    ]),
  );
  await soon(() =>
    expect(intentsOf(cloud, 'ReportIncomingTrafficDiscoveredIntents').map(({ intent }) => intent)).toMatchObject([
      { serverName: 'cart', source: { ip: '203.0.113.9' }, connectionsCount: { current: 1 } },
    ]),
  );
  // More than the 32 bits of an Int.
  await soon(() =>
    expect(cloud.of('ReportTrafficLevels')).toMatchObject([
      {
        trafficLevels: [
          { clientName: 'web', serverName: 'cart', dataBytesPerSecond: 2_147_483_647, flowsCountPerSecond: 7 },
        ],
      },
    ]),
  );
  expect(cloud.of('ReportComponentStatus')[0]).toEqual({ component: 'NETWORK_MAPPER' });
  expect(cloud.tokens).toHaveLength(1);
});

test('without credentials nothing is asked of the cloud', async () => {
  const { cloud, ...cluster } = await startUploading({
    env: { OTTERIZE_CLIENT_ID: '', OTTERIZE_CLIENT_SECRET: '', DO_NOT_TRACK: '1' },
  });
  await call({ ...cluster }, 1);
  await cluster.stop();
  expect([...cloud.calls, ...cloud.tokens]).toEqual([]);
});

test('connections are compared with those of the upload before', async () => {
  const uploading = await startUploading();
  await call(uploading, 40_001, 40_002);
  await soon(() => expect(intentsOf(uploading.cloud)).toHaveLength(1));
  await call(uploading, 40_002, 40_003);
  await soon(() => expect(intentsOf(uploading.cloud)).toHaveLength(2));
  const counts = intentsOf(uploading.cloud).map(({ intent }) => intent.connectionsCount);
  expect(counts[0]).toEqual({ current: 2, added: 2, removed: 0 });
  expect(counts[1]).toMatchObject({ current: 2, added: 1 });
});

test.each<readonly [string, CallFault]>([
  ['an error of the server', { status: 500 }],
  ['a refusal', { errors: 'try again' }],
  ['a connection that is cut', 'reset'],
  ['no answer at all', 'hang'],
])('after %s the batch that failed comes again, and those before it do not', async (_name, fault) => {
  const uploading = await startUploading({ env: { OTTERIZE_UPLOAD_BATCH_SIZE: '2' } });
  const { cloud } = uploading;
  let seen = 0;
  cloud.fault = ({ operation }) => (operation === 'ReportDiscoveredIntents' && ++seen === 2 ? fault : undefined);
  await use(uploading, 'a', 'b', 'c', 'd', 'e');
  await soon(() => expect(names(cloud)).toHaveLength(5));
  expect(names(cloud)).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('a document that the cloud never takes is given up alone, counted, and holds up nothing', async () => {
  const uploading = await startUploading();
  const { cloud, running } = uploading;
  cloud.fault = ({ operation, variables }) =>
    operation === 'ReportDiscoveredIntents' && JSON.stringify(variables).includes('poison')
      ? { errors: 'not this one' }
      : undefined;
  await use(uploading, ...Array.from({ length: 20 }, (_, at) => (at === 7 ? 'poison' : `bucket-${at}`)));
  await soon(() => expect(new Set(names(cloud)).size).toBe(19));
  // The one that is refused may be the last.
  const refused = 'mapper_cloud_refused_edges_total{operation="ReportDiscoveredIntents"} 1';
  await soon(async () => expect(await running.metrics()).toContain(refused));
  await use(uploading, 'later');
  await soon(() => expect(names(cloud)).toContain('later'));
});

test('a cloud that refuses everything is not poisoned: nothing is given up, and all of it comes later', async () => {
  const uploading = await startUploading();
  const { cloud, running } = uploading;
  let refuses = 0;
  cloud.fault = () => (refuses++ < 60 ? { errors: 'maintenance' } : undefined);
  await use(uploading, ...Array.from({ length: 40 }, (_, at) => `bucket-${at}`));
  await soon(() => expect(new Set(names(cloud)).size).toBe(40));
  expect(await running.metrics()).not.toContain('mapper_cloud_refused_edges_total{');
});

test('one token serves all calls, a new one is had before it expires, and when it is not taken any more', async () => {
  const uploading = await startUploading();
  const { cloud } = uploading;
  await soon(() => expect(cloud.calls.length).toBeGreaterThan(2));
  expect(cloud.tokens).toHaveLength(1);
  expect(Object.fromEntries(cloud.tokens[0] ?? [])).toEqual({
    grant_type: 'client_credentials',
    client_id: 'client',
    client_secret: 'secret',
  });
  // Eleven seconds are one, and ten that are not used.
  cloud.lifetime = 11;
  cloud.revoke();
  await soon(() => expect(cloud.tokens.length).toBeGreaterThan(3));
});

const certificate = async (kind: string) => readFile(join(import.meta.dirname, `fixtures/tls/one.${kind}`));

test('a cloud with a private certificate is reached with that certificate, through a proxy, and not otherwise', async () => {
  const tls = { cert: await certificate('crt'), key: await certificate('key') };
  const tunnels: string[] = [];
  const clients: Duplex[] = [];
  // Handshakes by three ways at once take long on a machine that is busy.
  const env = { OTTERIZE_CLOUD_CLIENT_TIMEOUT: '20s' };
  const proxy = createServer().on('connect', (request, client) => {
    tunnels.push(request.url ?? '');
    clients.push(client);
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const server = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    server.on('error', () => client.destroy());
    client.on('error', () => server.destroy());
  });
  const port = await listen(proxy, { name: 'a proxy', port: 0, host: '127.0.0.1' });
  onTestFinished(() => {
    // A server does not close what it has handed over.
    for (const client of clients) client.destroy();
    return closeServer(proxy);
  });
  const extraCas = [tls.cert.toString()];
  const trusted = await startUploading({
    tls,
    env,
    outgoing: { extraCas, proxy: { HTTPS_PROXY: `http://127.0.0.1:${port}` } },
  });
  await soon(() => expect(trusted.cloud.of('ReportComponentStatus').length).toBeGreaterThan(0));
  expect(tunnels[0]).toBe(new URL(trusted.cloud.address).host);

  const foreign = await startUploading({ tls, env });
  const failed = /^mapper_cloud_requests_total\{operation="ReportComponentStatus",result="failed"\} [1-9]/m;
  await vi.waitFor(async () => expect(await foreign.running.metrics()).toMatch(failed), 60_000);
  expect(foreign.cloud.calls).toEqual([]);
});

test('what was seen last is uploaded once more when the mapper stops, and a cloud that hangs does not hold it', async () => {
  const uploading = await startUploading({ env: { OTTERIZE_UPLOAD_INTERVAL_SECONDS: '3600' } });
  await call(uploading, 1);
  await uploading.stop();
  expect(names(uploading.cloud)).toEqual(['cart']);

  const hanging = await startUploading({ env: { OTTERIZE_CLOUD_CLIENT_TIMEOUT: '30s' } });
  hanging.cloud.fault = () => 'hang';
  await call(hanging, 1);
  const began = performance.now();
  await hanging.stop();
  expect(performance.now() - began).toBeLessThan(8_000);
});

test('Services, ingresses, policies, webhooks and labels are uploaded whole when they change, and once', async () => {
  const uploading = await startUploading();
  const { cloud, running } = uploading;
  const ingress = {
    ...object({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'shop', namespace: 'shop' }),
    spec: {
      rules: [
        {
          host: 'shop.example',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'cart', port: { number: 80 } } } }],
          },
        },
      ],
    },
    status: { loadBalancer: { ingress: [{ ip: '192.0.2.1', ports: [{ port: 80, protocol: 'TCP' }] }] } },
  };
  const policy = {
    ...object({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      name: 'closed',
      namespace: 'shop',
      annotations: { short: 'x'.repeat(100), long: 'x'.repeat(101) },
    }),
    spec: { podSelector: {}, policyTypes: ['Ingress'] },
  };
  const cilium = {
    ...object({ apiVersion: 'cilium.io/v2', kind: 'CiliumClusterwideNetworkPolicy', name: 'wide' }),
    spec: { endpointSelector: {} },
  };
  const webhook = {
    ...object({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      name: 'checks',
    }),
    webhooks: [
      { clientConfig: { service: { namespace: 'shop', name: 'cart' } } },
      { clientConfig: { url: 'https://elsewhere.example' } },
    ],
  };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { team: 'a' } } };
  await uploading.put(ingress, policy, cilium, webhook, namespace);
  // What changed is read when it has settled.
  running.clock.now += 5_000;

  await soon(() =>
    expect(cloud.of('ReportK8sIngresses')).toMatchObject([{ namespace: 'shop', ingresses: [{ name: 'shop' }] }]),
  );
  await soon(() =>
    expect(cloud.of('ReportNamespaceLabels')).toEqual([{ name: 'shop', labels: [{ key: 'team', value: 'a' }] }]),
  );
  await soon(() => expect(cloud.of('ReportNetworkPolicies')).toHaveLength(1));
  const [{ networkPolicies } = {}] = cloud.of('ReportNetworkPolicies') as { networkPolicies?: { yaml: string }[] }[];
  expect(networkPolicies?.[0]?.yaml).toContain('kind: NetworkPolicy');
  expect(networkPolicies?.[0]?.yaml).toContain('short:');
  expect(networkPolicies?.[0]?.yaml).not.toContain('long:');
  await soon(() =>
    expect(cloud.of('ReportCiliumClusterWideNetworkPolicies')).toMatchObject([{ networkPolicies: [{ name: 'wide' }] }]),
  );
  await soon(() =>
    expect(cloud.of('ReportK8sWebhookServices').at(-1)).toMatchObject({
      services: [
        { webhookName: 'checks', webhookType: 'VALIDATING_WEBHOOK', identity: { name: 'cart', namespace: 'shop' } },
      ],
    }),
  );
  await soon(() =>
    expect(cloud.of('ReportK8sServices').find(({ namespace: of }) => of === 'shop')).toMatchObject({
      services: [
        {
          otterizeServer: 'cart',
          resourceName: 'cart',
          service: { spec: { clusterIP: '10.96.0.2', ports: [{ port: 80 }] } },
        },
      ],
    }),
  );
  await soon(() => {
    const uploaded = cloud.of('ReportWorkloadsMetadata').flatMap(({ workloadsLabels }) => workloadsLabels as object[]);
    expect(uploaded).toContainEqual(
      expect.objectContaining({
        identity: { name: 'cart', namespace: 'shop', kind: 'Deployment', nameResolvedUsingAnnotation: false },
        metadata: expect.objectContaining({ podIps: ['10.0.0.2'], serviceIps: ['10.96.0.2'] }) as object,
      }),
    );
  });

  await uploading.remove(ingress);
  await soon(() => expect(cloud.of('ReportK8sIngresses').at(-1)).toEqual({ namespace: 'shop', ingresses: [] }));
  expect(cloud.of('ReportNamespaceLabels')).toHaveLength(1);
});
