import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { connectKube } from '@network-mapper/kube';
import { createLogger, readOptions, runAll } from '@network-mapper/runtime';
import { createKubernetesApi, object, pod, service, type KubernetesApi } from '@network-mapper/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createWebhook } from '../src/create-webhook.ts';
import { optInLabel } from '../src/opt-in.ts';
import { webhookOptions } from '../src/options.ts';

const namespace = 'otterize-system';
const day = 24 * 3_600_000;
const name = `otterize-network-mapper-webhook-service.${namespace}.svc`;

const configuration = {
  ...object({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    name: 'otterize-aws-visibility',
  }),
  metadata: { name: 'otterize-aws-visibility' },
  webhooks: [{ name: 'pods.network-mapper.otterize.com', clientConfig: { service: { name: 'x', namespace } } }],
};

interface Running {
  readonly kubernetes: KubernetesApi;
  readonly port: number;
  readonly problems: () => Promise<string>;
}

async function startWebhook(kubernetes: KubernetesApi, now: number): Promise<Running & AsyncDisposable> {
  const zero = { OTTERIZE_AWS_WEBHOOK_PORT: '0', OTTERIZE_METRICS_PORT: '0', OTTERIZE_HEALTH_PROBES_PORT: '0' };
  const config = readOptions(webhookOptions, { ...zero, POD_NAMESPACE: namespace });
  const logger = createLogger({ name: 'aws-webhook', debug: false });
  logger.level = 'fatal';
  const [port, health] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  const stop = new AbortController();
  const runnables = await createWebhook({
    config,
    connection: await connectKube({ kubeconfig: kubernetes.kubeconfig() }),
    logger,
    now: () => now,
    systemServers: ['10.96.0.10'],
    listening: port.resolve,
    healthListening: health.resolve,
  });
  const running = runAll(runnables, stop.signal);
  const healthPort = await health.promise;
  return {
    kubernetes,
    port: await port.promise,
    problems: async () => (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).text(),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}

async function startCluster(): Promise<KubernetesApi> {
  const kubernetes = await createKubernetesApi();
  onTestFinished(() => kubernetes[Symbol.asyncDispose]());
  for (const secret of ['iamlive-ca', 'otterize-aws-visibility-webhook'])
    kubernetes.put(object({ apiVersion: 'v1', kind: 'Secret', name: secret, namespace }));
  kubernetes.put(
    configuration,
    service({ name: 'otterize-dns', namespace, clusterIp: '10.96.0.78', ports: [{ port: 53 }] }),
  );
  return kubernetes;
}

function caBundle(kubernetes: KubernetesApi): string {
  const [stored] = kubernetes.objects(configuration) as unknown as (typeof configuration & {
    readonly webhooks: readonly { readonly clientConfig: { readonly caBundle?: string } }[];
  })[];
  return Buffer.from(stored?.webhooks[0]?.clientConfig.caBundle ?? '', 'base64').toString();
}

/** As the API server does: it trusts what stands in the configuration, for the name of the Service. */
async function review(
  { kubernetes, port }: Running,
  object: object,
): Promise<{ readonly status: number; readonly text: string }> {
  const sent = request({
    host: '127.0.0.1',
    port,
    path: '/mutate-v1-pod?timeout=3s',
    method: 'POST',
    servername: name,
    ca: caBundle(kubernetes),
    headers: { host: name },
  });
  const body = { uid: '7', namespace: 'shop', operation: 'CREATE', object };
  const content = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: body });
  sent.setHeader('content-length', Buffer.byteLength(content));
  sent.end(content);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, text: await text(answer) };
}

const now = Date.now();
const optedIn = pod({ name: 'web', namespace: 'shop', ip: '10.0.0.1', labels: { [optInLabel]: 'true' } });

test('the API server trusts the webhook from the moment it is ready, and a pod gets its patch', async () => {
  await using running = await startWebhook(await startCluster(), now);
  expect(await running.problems()).toBe('');
  const { status, text: answer } = await review(running, optedIn);
  expect(status).toBe(200);
  const { response } = JSON.parse(answer) as { readonly response: { readonly patch: string } };
  expect(Buffer.from(response.patch, 'base64').toString()).toContain('"nameservers":["10.96.0.78","10.96.0.10"]');
});

test('the namespace of a pod that has opted in gets the authorities, and no other', async () => {
  const kubernetes = await startCluster();
  await using running = await startWebhook(kubernetes, now);
  expect(running.port).toBeGreaterThan(0);
  kubernetes.put(optedIn, pod({ name: 'other', namespace: 'office', ip: '10.0.0.2' }));
  const maps = () => kubernetes.objects({ apiVersion: 'v1', kind: 'ConfigMap' });
  await vi.waitUntil(() => maps().length === 1, { timeout: 60_000 });
  const [map] = maps() as unknown as { readonly metadata: object; readonly data: { readonly 'ca.crt': string } }[];
  expect(map?.metadata).toMatchObject({ name: 'iamlive-ca', namespace: 'shop' });
  const bundle = map?.data['ca.crt'].match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  expect(bundle.length).toBeGreaterThan(100);
  expect(new X509Certificate(bundle[0] ?? '').subject).toContain('AWS visibility');
});

test('the original’s authority, which may sign for everybody, is replaced', async () => {
  const kubernetes = await startCluster();
  const secret = object({ apiVersion: 'v1', kind: 'Secret', name: 'iamlive-ca', namespace });
  kubernetes.put({ ...secret, data: { 'ca.crt': 'b2xk', 'ca.key': 'b2xk' } } as typeof secret);
  await using running = await startWebhook(kubernetes, now);
  expect(running.port).toBeGreaterThan(0);
  const [stored] = kubernetes
    .objects({ apiVersion: 'v1', kind: 'Secret' })
    .filter(({ metadata }) => metadata.name === 'iamlive-ca') as unknown as {
    readonly data: { readonly 'ca.crt': string };
  }[];
  expect(Buffer.from(stored?.data['ca.crt'] ?? '', 'base64').toString()).toContain('BEGIN CERTIFICATE');
});

test('over two years of renewals the API server never meets a certificate that it does not trust', async () => {
  const kubernetes = await startCluster();
  let before = '';
  let renewals = 0;
  for (let moment = now - 700 * day; moment < now; moment += 20 * day) {
    await using running = await startWebhook(kubernetes, moment);
    expect(running.port).toBeGreaterThan(0);
    const bundle = caBundle(kubernetes);
    if (before !== '' && bundle !== before) renewals++;
    before = bundle;
  }
  await using running = await startWebhook(kubernetes, now);
  expect((await review(running, optedIn)).status).toBe(200);
  expect(renewals).toBeGreaterThan(8);
});

test('what is no review is refused, and too long a body is not read', async () => {
  await using running = await startWebhook(await startCluster(), now);
  const { kubernetes, port } = running;
  const options = { host: '127.0.0.1', port, servername: name, ca: caBundle(kubernetes), headers: { host: name } };
  const statusOf = async (path: string, length: number): Promise<number | undefined> => {
    const sent = request({ ...options, path, method: 'POST' });
    sent.on('error', () => undefined);
    sent.setHeader('content-length', length);
    sent.write('{}'.slice(0, length));
    if (length <= 2) sent.end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    sent.destroy();
    return answer.statusCode;
  };
  expect(await statusOf('/elsewhere', 2)).toBe(404);
  expect(await statusOf('/mutate-v1-pod', 2)).toBe(400);
  expect(await statusOf('/mutate-v1-pod', 100_000_000)).toBe(413);
});
