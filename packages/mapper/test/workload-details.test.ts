import { node, service, type KubernetesObject } from '@network-mapper/testkit';
import { expect, test } from 'vitest';
import { namespace, startSmallCluster, workload, type SmallCluster } from './small-cluster.ts';

async function details(cluster: SmallCluster, name: string): Promise<unknown> {
  const { body } = await cluster.running.ask(
    `{ workload(name: "${name}", namespace: "shop") { kind { kind } matchLabels { key value } problem services { name selector { key value } } zones } }`,
  );
  return body.data?.workload;
}

function withSpec(object: KubernetesObject, spec: object): KubernetesObject {
  return { ...object, spec: { ...(object.spec as object | undefined), ...spec } };
}

test('a Deployment is selected as it selects, with its Services and the zones of its pods', async () => {
  await using cluster = await startSmallCluster();
  const [owner, set, pod] = workload('stock', '10.0.0.20');
  const selector = { app: 'stock' };
  const cartNode = node({ name: 'n1', ips: ['192.168.0.1'] });
  await cluster.put(
    { ...cartNode, metadata: { ...cartNode.metadata, labels: { 'topology.kubernetes.io/zone': 'eu-1a' } } },
    withSpec(owner, { selector: { matchLabels: selector } }),
    set,
    withSpec(pod, { nodeName: 'n1' }),
    service({ name: 'stock-http', namespace, clusterIp: '10.96.0.20', selector, ports: [{ port: 80 }] }),
  );
  expect(await details(cluster, 'stock')).toEqual({
    kind: { kind: 'Deployment' },
    matchLabels: [{ key: 'app', value: 'stock' }],
    problem: null,
    services: [{ name: 'stock-http', selector: [{ key: 'app', value: 'stock' }] }],
    zones: ['eu-1a'],
  });
});

test.each([
  [
    'has expressions beside its labels',
    { selector: { matchLabels: { a: 'b' }, matchExpressions: [{}] } },
    'expressions',
  ],
  ['selects by nothing', { selector: {} }, 'no-selector'],
])('a Deployment that %s is not selected by half of it', async (_, spec, problem) => {
  await using cluster = await startSmallCluster();
  const [owner, ...rest] = workload('stock', '10.0.0.20');
  await cluster.put(withSpec(owner, spec), ...rest);
  expect(await details(cluster, 'stock')).toMatchObject({ matchLabels: null, problem });
});

test('an owner that is gone, and a workload that nobody knows, say so', async () => {
  await using cluster = await startSmallCluster();
  const [owner, ...rest] = workload('stock', '10.0.0.20');
  await cluster.put(owner, ...rest);
  cluster.kubernetes.remove(owner);
  expect(await details(cluster, 'stock')).toMatchObject({ problem: 'unreadable' });
  expect(await details(cluster, 'nobody')).toMatchObject({ kind: null, problem: 'unknown-workload', services: [] });
});

test('the addresses of pods on their node’s network are named: no selector of a policy finds them', async () => {
  await using cluster = await startSmallCluster();
  const [owner, set, pod] = workload('agent', '192.168.0.7');
  await cluster.put(owner, set, withSpec(pod, { hostNetwork: true }), ...workload('stock', '10.0.0.20'));
  const addresses = async (name: string) => {
    const { body } = await cluster.running.ask(`{ workload(name: "${name}", namespace: "shop") { hostAddresses } }`);
    return body.data?.workload;
  };
  expect(await addresses('agent')).toEqual({ hostAddresses: ['192.168.0.7'] });
  expect(await addresses('stock')).toEqual({ hostAddresses: [] });
});
