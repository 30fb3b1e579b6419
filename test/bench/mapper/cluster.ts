import { createKubernetesApi } from '@network-mapper/testkit';
import { clusterObjects } from './cluster-objects.ts';

/**
 * A Kubernetes API with as many pods as asked for, in a process of its own: `cluster.ts PODS`. Prints the kubeconfig on
 * one line when ready.
 */
const api = await createKubernetesApi();
for (const object of clusterObjects(Number(process.argv[2] ?? '1000'))) api.put(object);
process.stdout.write(`${JSON.stringify(api.kubeconfig())}\n`);
