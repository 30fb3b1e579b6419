import { KubeError } from '../access/kube-error.ts';
import type { KubeConnection } from '../access/kube-connection.ts';
import { isRecord } from '../kube-object.ts';

/** Names and labels of objects without what they hold: a node of 20 kB is 1 kB then. */
const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** The names of the cluster's nodes, in their order. Throws KubeError. */
export async function nodeNames(connection: KubeConnection): Promise<readonly string[]> {
  const list = await connection.getJson('/api/v1/nodes', { accept: metadataOnly });
  const items: readonly unknown[] = isRecord(list) && Array.isArray(list.items) ? list.items : [];
  return items
    .map(item => {
      const name = isRecord(item) && isRecord(item.metadata) ? item.metadata.name : undefined;
      if (typeof name !== 'string') throw new KubeError('bad-answer', 'the list of nodes holds one without a name');
      return name;
    })
    .toSorted();
}
