import { expect, test } from 'vitest';
import { review } from './admission.ts';
import { patchPod, type PatchOperation, type Pod } from './patch-pod.ts';

const options = { namespace: 'shop', nameservers: ['10.96.0.78', '10.96.0.10'], clusterDomain: 'cluster.local' };
const labels = { 'network-mapper.otterize.com/aws-visibility': 'true' };

function podWith(spec: object): Pod {
  return { metadata: { labels }, spec: { containers: [{ name: 'main' }], ...spec } };
}

/** What the operations, all of them `add`, make of an object (RFC 6902 §4.1). */
function apply(pod: Pod, operations: readonly PatchOperation[]): Pod {
  const copy = structuredClone<Pod>(pod);
  for (const { path, value } of operations) {
    const steps = path.split('/').slice(1);
    const last = steps.pop() ?? '';
    const parent = steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], copy);
    if (Array.isArray(parent)) parent.push(value);
    else (parent as Record<string, unknown>)[last] = value;
  }
  return copy;
}

function patched(pod: Pod): Pod {
  const patch = patchPod(pod, options);
  if (patch.kind !== 'patch') throw new Error(`it is left as it is: ${patch.warning ?? 'no reason'}`);
  return apply(pod, patch.operations);
}

test('a pod that has opted in trusts the proxy in all its containers, and asks our DNS first', () => {
  const { spec } = patched(
    podWith({ initContainers: [{ name: 'init', env: [{ name: 'AWS_CA_BUNDLE', value: '/mine' }] }] }),
  );
  expect(spec?.volumes).toEqual([{ name: 'iamlive-ca', configMap: { name: 'iamlive-ca' } }]);
  const mount = { name: 'iamlive-ca', mountPath: '/tmp/otterize.com/certificates', readOnly: true };
  const file = '/tmp/otterize.com/certificates/ca.crt';
  const [main] = spec?.containers ?? [];
  expect(main?.volumeMounts).toEqual([mount]);
  expect(main?.env).toEqual(
    ['AWS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE', 'CURL_CA_BUNDLE'].map(name => ({
      name,
      value: file,
    })),
  );
  expect(spec?.initContainers?.[0]?.env?.[0]).toEqual({ name: 'AWS_CA_BUNDLE', value: '/mine' });
  expect(spec?.initContainers?.[0]?.env).toHaveLength(5);
  expect(spec?.dnsPolicy).toBe('None');
  expect(spec?.dnsConfig).toEqual({
    nameservers: ['10.96.0.78', '10.96.0.10'],
    searches: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
    options: [{ name: 'ndots', value: '5' }],
  });
});

test('a second pass changes nothing', () => {
  const once = patched(podWith({ volumes: [{ name: 'mine' }], dnsConfig: { searches: ['corp.example.com'] } }));
  expect(patchPod(once, options)).toEqual({ kind: 'patch', operations: [] });
  expect(once.spec?.dnsConfig?.searches).toEqual([
    'shop.svc.cluster.local',
    'svc.cluster.local',
    'cluster.local',
    'corp.example.com',
  ]);
});

test('name servers of a pod with its own DNS stay, behind ours, and the cluster’s are not added', () => {
  const { spec } = patched(
    podWith({
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['192.0.2.53'], options: [{ name: 'ndots', value: '2' }] },
    }),
  );
  expect(spec?.dnsConfig).toEqual({
    nameservers: ['10.96.0.78', '192.0.2.53'],
    searches: [],
    options: [{ name: 'ndots', value: '2' }],
  });
});

test.each([
  ['has not opted in', { metadata: { labels: {} }, spec: {} }],
  [
    'has opted out again',
    { metadata: { labels: { 'network-mapper.otterize.com/aws-visibility': 'false' } }, spec: {} },
  ],
])('a pod that %s is left as it is', (_, pod) => {
  expect(patchPod(pod, options)).toEqual({ kind: 'none' });
});

test.each([
  ['is on the host network', { hostNetwork: true }],
  ['does not use the DNS of the cluster', { dnsPolicy: 'Default' }],
])('whoever makes a pod that %s is warned', (_, spec) => {
  expect(patchPod(podWith(spec), options)).toMatchObject({
    kind: 'none',
    warning: expect.stringContaining('AWS visibility') as string,
  });
});

test('a review is answered with a patch, by the namespace of the request', () => {
  const request = { uid: '1', namespace: 'other', operation: 'CREATE', dryRun: true, object: podWith({}) };
  const text = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });
  const { status, body } = review(text, options);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    kind: 'AdmissionReview',
    response: { uid: '1', allowed: true, patchType: 'JSONPatch' },
  });
  const { response } = body as { readonly response: { readonly patch: string } };
  expect(Buffer.from(response.patch, 'base64').toString()).toContain('other.svc.cluster.local');
});

test.each(['', '{}', 'null', '[]', '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}'])(
  'what is no review, such as %j, is refused',
  text => {
    expect(review(text, options).status).toBe(400);
  },
);
