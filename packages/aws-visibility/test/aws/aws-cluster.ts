import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';
import { promisify } from 'node:util';
import {
  createKubernetesApi,
  object,
  pod,
  service,
  type KubernetesApi,
  type KubernetesObject,
} from '@network-mapper/testkit';
import { optInLabel } from '../../src/opt-in.ts';
import { patchPod, type PodSpec } from '../../src/webhook/patch-pod.ts';
import { startAwsMapper, type AwsMapper } from './aws-mapper.ts';
import { startClusterDns } from './cluster-dns.ts';
import { startMoto } from './moto.ts';
import { addresses, inPod, layNetwork } from './network.ts';
import { proxySlice } from './proxy-slice.ts';
import { readSkipped } from './skipped.ts';
import { startAwsEndpoint, type SeenRequest } from './world.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../src/main.ts');
const namespace = 'otterize-system';
const credentials = {
  AWS_ACCESS_KEY_ID: 'AKIASP2TPHJSQH3FJXYZ',
  AWS_SECRET_ACCESS_KEY: 'x'.repeat(40),
  AWS_REGION: 'eu-west-1',
  // Nobody answers there: no other credentials are looked for.
  AWS_EC2_METADATA_DISABLED: 'true',
};

export type Way = 'direct' | 'as a pod that has opted in';

/** A command, and what its environment has more. */
export interface ClientProgram {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface AwsCluster extends AsyncDisposable {
  readonly mapper: AwsMapper;
  /** What AWS was asked since it forgot everything. */
  readonly asked: readonly SeenRequest[];
  /** Runs a program to its end; answers what it writes. */
  readonly run: (client: ClientProgram, way: Way) => Promise<string>;
  /** AWS forgets everything. */
  readonly reset: () => Promise<void>;
  readonly proxy: ChildProcess;
  /** What the proxy has not reported, by reason. */
  readonly skipped: () => Promise<Readonly<Record<string, number>>>;
  readonly dns: ChildProcess;
  /** Says to the API whether the proxy is ready, as the kubelet does. */
  readonly proxyIs: (ready: boolean) => void;
}

/**
 * In a network namespace of its own: a node with the proxy and the DNS server of AWS visibility as processes, and moto
 * as AWS, under AWS's names and ports. What is not real here is AWS and the Kubernetes API alone.
 */
export async function startAwsCluster(python: string): Promise<AwsCluster> {
  layNetwork();
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'aws-cluster-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const file = async (name: string, content: string): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const isAws = (name: string): boolean => /\.amazonaws\.com$/i.test(name);
  const { aws: awsAddress, clusterDns, ours } = addresses;
  const addressOf = (name: string): string | undefined => (isAws(name) ? awsAddress : undefined);
  const { close } = await startClusterDns({ host: clusterDns, port: 53, addressOf });
  stack.defer(close);
  const mapper = await startAwsMapper();
  stack.defer(mapper.close);
  const asked: SeenRequest[] = [];
  const moto = stack.use(await startMoto(python, 5000));
  const aws = stack.use(
    await startAwsEndpoint(moto.port, { host: awsAddress, port: 443, seen: request => void asked.push(request) }),
  );
  const kubernetes = stack.use(await createKubernetesApi());
  putObjects(kubernetes);

  const clusterResolver = await file('resolv-cluster', `nameserver ${clusterDns}\n`);
  const env = {
    PATH: process.env.PATH,
    KUBECONFIG: await file('kubeconfig', kubernetes.kubeconfig()),
    POD_NAMESPACE: namespace,
    NODE_EXTRA_CA_CERTS: await file('aws.crt', aws.authority),
    OTTERIZE_MAPPER_API_URL: mapper.url,
    OTTERIZE_AWS_DNS_UPSTREAM: clusterDns,
  };
  const start = async (part: string, healthPort: number): Promise<ChildProcess> => {
    const [command = '', ...args] = withResolver(clusterResolver, [process.execPath, program, part]);
    const child = spawn(command, args, {
      env: { ...env, OTTERIZE_HEALTH_PROBES_PORT: String(healthPort), OTTERIZE_METRICS_PORT: String(healthPort + 10) },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    stack.defer(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    await isReady(`http://${ours}:${healthPort}/readyz`, child);
    return child;
  };
  const [proxy, dns] = await Promise.all([start('proxy', 9091), start('dns', 9092)]);
  const proxyIs = (ready: boolean): void => kubernetes.put(endpointSlice(ready));
  proxyIs(true);

  const trustsAws = await file('aws-bundle.crt', [aws.authority, ...rootCertificates].join('\n'));
  const trustsBoth = await file('bundle.crt', [authorityOf(kubernetes), aws.authority, ...rootCertificates].join('\n'));
  const spec = patchedSpec();
  const podResolver = await file('resolv-pod', resolverOf(spec));
  const bundles = { direct: trustsAws, 'as a pod that has opted in': trustsBoth };
  const resolvers = { direct: clusterResolver, 'as a pod that has opted in': podResolver };
  const variables = spec.containers?.[0]?.env?.map(({ name }) => name) ?? [];
  const kept = stack.move();
  return {
    mapper,
    asked,
    proxy,
    skipped: () => readSkipped(`http://${ours}:9101/metrics`),
    dns,
    proxyIs,
    run: async (client, way) => {
      const [command, ...args] = [...inPod, ...withResolver(resolvers[way], client.command)];
      const trust = Object.fromEntries(variables.map(name => [name, bundles[way]]));
      const all = { PATH: process.env.PATH, HOME: folder, ...credentials, ...trust, ...client.env };
      const { stdout } = await run(command, args, { env: all, timeout: 150_000, maxBuffer: 2 ** 24 });
      return stdout;
    },
    reset: async () => {
      asked.length = 0;
      await fetch(`http://127.0.0.1:${moto.port}/moto-api/reset`, { method: 'POST' });
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** With a file system of its own, in which this is the resolver's configuration. */
function withResolver(resolver: string, command: readonly string[]): readonly string[] {
  return ['unshare', '--mount', 'sh', '-c', `mount --bind ${resolver} /etc/resolv.conf; exec "$@"`, 'sh', ...command];
}

function putObjects(kubernetes: KubernetesApi): void {
  const { pod: ip, proxyService } = addresses;
  kubernetes.put(
    pod({ name: 'web-x', namespace: 'shop', ip, labels: { [optInLabel]: 'true' } }),
    object({ apiVersion: 'v1', kind: 'Secret', name: 'iamlive-ca', namespace }),
    service({ name: 'otterize-iamlive', namespace, clusterIp: proxyService, ports: [{ port: 443 }] }),
    endpointSlice(false),
  );
}

function endpointSlice(ready: boolean): KubernetesObject {
  return proxySlice({ namespace, address: addresses.ours, ready });
}

function authorityOf(kubernetes: KubernetesApi): string {
  const [secret] = kubernetes.objects({ apiVersion: 'v1', kind: 'Secret' }) as unknown as {
    readonly data: { readonly 'ca.crt': string };
  }[];
  return Buffer.from(secret?.data['ca.crt'] ?? '', 'base64').toString();
}

/** What the webhook makes of the pod. */
function patchedSpec(): PodSpec {
  const { dnsService, clusterDns } = addresses;
  const plain = { metadata: { labels: { [optInLabel]: 'true' } }, spec: { containers: [{ name: 'main', env: [] }] } };
  const options = { namespace: 'shop', nameservers: [dnsService, clusterDns], clusterDomain: 'cluster.local' };
  const patch = patchPod(plain, options);
  if (patch.kind !== 'patch') throw new Error('the webhook leaves the pod as it is');
  const valueOf = (path: string): unknown => patch.operations.find(operation => operation.path === path)?.value;
  const env = patch.operations.filter(({ path }) => path === '/spec/containers/0/env/-').map(({ value }) => value);
  return {
    dnsConfig: valueOf('/spec/dnsConfig') as NonNullable<PodSpec['dnsConfig']>,
    containers: [{ name: 'main', env: env as readonly { readonly name: string }[] }],
  };
}

/** As the kubelet writes it, resolv.conf(5). */
function resolverOf({ dnsConfig: { nameservers = [], searches = [], options = [] } = {} }: PodSpec): string {
  return [
    ...nameservers.map(address => `nameserver ${address}`),
    `search ${searches.join(' ')}`,
    `options ${options.map(({ name, value }) => (value === undefined ? name : `${name}:${value}`)).join(' ')}`,
    '',
  ].join('\n');
}

async function isReady(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    const answer = await fetch(url).then(
      response => response.ok,
      () => false,
    );
    if (answer) return;
    if (child.exitCode !== null) throw new Error(`${url} is not there: the program ended with ${child.exitCode}`);
    await sleep(50);
  }
}
