import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { object, pod } from '@network-mapper/testkit';
import { expect, test, vi } from 'vitest';
import { optInLabel } from '../src/opt-in.ts';
import {
  caBundle,
  namespace,
  startCluster,
  startWebhook,
  webhookName,
  type RunningWebhook,
} from './aws/webhook-world.ts';

const day = 24 * 3_600_000;

/** As the API server does: it trusts what stands in the configuration, for the name of the Service. */
async function review(
  { kubernetes, port }: RunningWebhook,
  object: object,
): Promise<{ readonly status: number; readonly text: string }> {
  const sent = request({
    host: '127.0.0.1',
    port,
    path: '/mutate-v1-pod?timeout=3s',
    method: 'POST',
    servername: webhookName,
    ca: caBundle(kubernetes),
    headers: { host: webhookName },
  });
  const body = { uid: '7', namespace: 'shop', operation: 'CREATE', object };
  const content = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: body });
  sent.setHeader('content-length', Buffer.byteLength(content));
  sent.end(content);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, text: await text(answer) };
}

const today = Date.now();
const times = { now: () => today };
const optedIn = pod({ name: 'web', namespace: 'shop', ip: '10.0.0.1', labels: { [optInLabel]: 'true' } });

test('the API server trusts the webhook from the moment it is ready, and a pod gets its patch', async () => {
  await using running = await startWebhook(await startCluster(), times);
  expect(await running.problems()).toBe('');
  const { status, text: answer } = await review(running, optedIn);
  expect(status).toBe(200);
  const { response } = JSON.parse(answer) as { readonly response: { readonly patch: string } };
  expect(Buffer.from(response.patch, 'base64').toString()).toContain('"nameservers":["10.96.0.78","10.96.0.10"]');
});

test('the namespace of a pod that has opted in gets the authorities, and no other', async () => {
  const kubernetes = await startCluster();
  await using running = await startWebhook(kubernetes, times);
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
  await using running = await startWebhook(kubernetes, times);
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
  for (let moment = today - 700 * day; moment < today; moment += 20 * day) {
    await using running = await startWebhook(kubernetes, { now: () => moment });
    expect(running.port).toBeGreaterThan(0);
    const bundle = caBundle(kubernetes);
    if (before !== '' && bundle !== before) renewals++;
    before = bundle;
  }
  await using running = await startWebhook(kubernetes, times);
  expect((await review(running, optedIn)).status).toBe(200);
  expect(renewals).toBeGreaterThan(8);
});

test('what is no review is refused, and too long a body is not read', async () => {
  await using running = await startWebhook(await startCluster(), times);
  const { kubernetes, port } = running;
  const options = {
    host: '127.0.0.1',
    port,
    servername: webhookName,
    ca: caBundle(kubernetes),
    headers: { host: webhookName },
  };
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
