import { createKubernetesApi, node } from '@network-mapper/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { connectKube, nodeNames } from '../src/index.ts';

test('the names of the nodes are read in their order, without what the nodes hold', async () => {
  const api = await createKubernetesApi();
  onTestFinished(() => api.down());
  api.put(node({ name: 'b', ips: ['192.0.2.2'] }), node({ name: 'a', ips: ['192.0.2.1'] }));
  const connection = await connectKube({ kubeconfig: api.kubeconfig() });
  onTestFinished(() => connection.close());
  expect(await nodeNames(connection)).toEqual(['a', 'b']);
});
