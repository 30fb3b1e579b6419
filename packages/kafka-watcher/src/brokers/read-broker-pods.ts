import { KubeError, objectPath, type KubeConnection, type KubeObject } from '@network-mapper/kube';
import type { PodParty } from '@network-mapper/model';
import { toBrokerPod, type BrokerPod } from './broker-pod.ts';

/** The pods that were named, as they are now; those that cannot be read are left out. */
export async function readBrokerPods(
  connection: KubeConnection,
  named: readonly PodParty[],
): Promise<readonly BrokerPod[]> {
  const pods = await Promise.all(
    named.map(async pod => {
      const path = objectPath({ group: '', version: 'v1', plural: 'pods', namespaced: true }, pod);
      try {
        return toBrokerPod((await connection.getJson(path)) as KubeObject, '');
      } catch (error) {
        if (error instanceof KubeError) return undefined; // The source of its log says so.
        throw error;
      }
    }),
  );
  return pods.filter(pod => pod !== undefined);
}
