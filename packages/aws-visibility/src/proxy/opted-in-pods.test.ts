import { connectKube } from '@network-mapper/kube';
import { runAll } from '@network-mapper/runtime';
import { createKubernetesApi, object, pod, type KubernetesApi } from '@network-mapper/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { optInLabel } from '../opt-in.ts';
import { watchOptedInPods, type OptedInPods } from './opted-in-pods.ts';

const patient = { timeout: 60_000 };
const role = 'arn:aws:iam::123456789012:role/shop';

async function startWatching(kubernetes: KubernetesApi): Promise<OptedInPods> {
  const pods = watchOptedInPods(await connectKube({ kubeconfig: kubernetes.kubeconfig() }));
  const stop = new AbortController();
  const running = runAll(pods.runnables, stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
    await kubernetes[Symbol.asyncDispose]();
  });
  await vi.waitUntil(() => pods.isSynced(), patient);
  return pods;
}

const fullUri = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';

function optedIn(ip: string, { account = 'default', uri = '' } = {}): ReturnType<typeof pod> {
  const made = pod({ name: `web-${ip}`, namespace: 'shop', ip, labels: { [optInLabel]: 'true' } });
  const env = uri === '' ? [] : [{ name: fullUri, value: uri }];
  const spec = { serviceAccountName: account, containers: [{ name: 'main', env }] };
  return { ...made, spec } as object as ReturnType<typeof pod>;
}

function account(name: string, annotations: Readonly<Record<string, string>>): ReturnType<typeof object> {
  return object({ apiVersion: 'v1', kind: 'ServiceAccount', name, namespace: 'shop', annotations });
}

test('a pod has the role that is annotated at its own ServiceAccount', async () => {
  const kubernetes = await createKubernetesApi();
  kubernetes.put(account('default', { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/other' }));
  kubernetes.put(account('orders', { 'eks.amazonaws.com/role-arn': role }), account('plain', {}));
  kubernetes.put(optedIn('10.0.0.1', { account: 'orders' }), optedIn('10.0.0.2', { account: 'plain' }));
  const pods = await startWatching(kubernetes);
  await vi.waitUntil(() => pods.at('10.0.0.1')?.role === role, patient);
  expect(pods.at('10.0.0.1')?.podIdentity).toBe(false);
  expect(pods.at('10.0.0.2')).toMatchObject({ role: undefined, podIdentity: false });
});

test.each([
  ['http://169.254.170.23/v1/credentials', true],
  ['http://[fd00:ec2::23]/v1/credentials', true],
  // That of ECS, and of whoever hands out credentials otherwise.
  ['http://169.254.170.2/v2/credentials', false],
])('a pod whose credentials come from %s uses EKS Pod Identity: %s', async (uri, podIdentity) => {
  const kubernetes = await createKubernetesApi();
  kubernetes.put(optedIn('10.0.0.1', { uri }));
  const pods = await startWatching(kubernetes);
  expect(pods.at('10.0.0.1')).toMatchObject({ role: undefined, podIdentity });
});

test('the role of a pod with EKS Pod Identity is known where the cluster itself associates it', async () => {
  const kubernetes = await createKubernetesApi();
  const uri = 'http://169.254.170.23/v1/credentials';
  kubernetes.put(optedIn('10.0.0.1', { account: 'orders', uri }), optedIn('10.0.0.2', { uri }));
  const association = object({
    apiVersion: 'eks.services.k8s.aws/v1alpha1',
    kind: 'PodIdentityAssociation',
    name: 'orders',
    namespace: 'ack-system',
  });
  kubernetes.put({
    ...association,
    spec: { namespace: 'shop', serviceAccount: 'orders', roleARN: role },
  } as object as ReturnType<typeof object>);
  const pods = await startWatching(kubernetes);
  await vi.waitUntil(() => pods.at('10.0.0.1')?.role === role, patient);
  expect(pods.at('10.0.0.2')).toMatchObject({ role: undefined, podIdentity: true });
  kubernetes.remove(association);
  await vi.waitUntil(() => pods.at('10.0.0.1')?.role === undefined, patient);
});

test('a pod is none any more when its label is taken away', async () => {
  const kubernetes = await createKubernetesApi();
  kubernetes.put(optedIn('10.0.0.1'));
  const pods = await startWatching(kubernetes);
  expect(pods.at('10.0.0.1')).toBeDefined();
  kubernetes.put(pod({ name: 'web-10.0.0.1', namespace: 'shop', ip: '10.0.0.1', labels: {} }));
  await vi.waitUntil(() => pods.at('10.0.0.1') === undefined, patient);
});
