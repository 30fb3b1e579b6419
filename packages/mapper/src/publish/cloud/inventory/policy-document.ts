import type { KubeObject } from '@network-mapper/kube';
import { stringify } from 'yaml';

/** Bytes of an annotation that is uploaded: longer ones are what tools keep there for themselves. */
const longestAnnotation = 100;

/** `NetworkPolicyInput`: an object as YAML, without what the API server and tools keep in it. */
export function toPolicyInput(
  object: KubeObject,
  kind: { readonly apiVersion: string; readonly kind: string },
): object {
  const { metadata } = object;
  const rest = Object.fromEntries(Object.entries(object).filter(([name]) => name !== 'status'));
  const { annotations, ...about } = Object.fromEntries(
    Object.entries(metadata).filter(([name]) => !['finalizers', 'managedFields', 'ownerReferences'].includes(name)),
  ) as Partial<KubeObject['metadata']>;
  const kept = Object.entries(annotations ?? {}).filter(([, value]) => Buffer.byteLength(value) <= longestAnnotation);
  const uploaded = {
    ...rest,
    ...kind,
    metadata: { ...about, ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }) },
  };
  return { name: metadata.name, yaml: stringify(uploaded, { sortMapEntries: true, aliasDuplicateObjects: false }) };
}
