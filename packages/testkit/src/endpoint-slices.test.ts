import { afterEach, beforeEach, expect, test } from 'vitest';
import { deployed, endpoints, pod, service } from './builders.ts';
import { updateEndpointSlices } from './endpoint-slices.ts';
import { createKubernetesApi, type KubernetesApi } from './kubernetes-api.ts';

let api: KubernetesApi;
beforeEach(async () => {
  api = await createKubernetesApi();
});
afterEach(() => api.down());

const slices = () => api.objects({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' });

test('the pods that a service selects become its endpoints, at the number of their named port', () => {
  api.put(
    service({
      name: 'cart',
      clusterIp: '10.96.0.1',
      selector: { app: 'cart' },
      ports: [{ name: 'http', port: 80, targetPort: 'web' }],
    }),
  );
  api.put(...deployed({ name: 'cart', ips: ['10.0.0.1'], ports: [{ name: 'web', containerPort: 8080 }] }));
  api.put(pod({ name: 'other', ip: '10.0.0.9', labels: { app: 'ads' } }));
  updateEndpointSlices(api);
  expect(slices()).toMatchObject([
    {
      metadata: { labels: { 'kubernetes.io/service-name': 'cart' } },
      addressType: 'IPv4',
      endpoints: [
        {
          addresses: ['10.0.0.1'],
          conditions: { ready: true },
          targetRef: { kind: 'Pod', name: 'cart-7d4b9c6f5-xxxx0' },
        },
      ],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    },
  ]);
});

test('a pod of two families is in a slice of each', () => {
  api.put(service({ name: 'cart', selector: { app: 'cart' }, ports: [{ port: 80 }] }));
  api.put(pod({ name: 'cart-0', ips: ['10.0.0.1', 'fd00::1'], labels: { app: 'cart' } }));
  updateEndpointSlices(api);
  expect(slices()).toMatchObject([
    { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }] },
    { addressType: 'IPv6', endpoints: [{ addresses: ['fd00::1'] }] },
  ]);
});

test('hand-written endpoints are mirrored, and slices of what is gone are removed', () => {
  const byHand = endpoints({ name: 'db', ips: ['192.0.2.7'], ports: [{ port: 5432 }] });
  api.put(service({ name: 'db', clusterIp: '10.96.0.2', ports: [{ port: 5432 }] }), byHand);
  updateEndpointSlices(api);
  expect(slices()).toMatchObject([{ endpoints: [{ addresses: ['192.0.2.7'] }], ports: [{ port: 5432 }] }]);
  api.remove(byHand);
  updateEndpointSlices(api);
  expect(slices()).toEqual([]);
});
