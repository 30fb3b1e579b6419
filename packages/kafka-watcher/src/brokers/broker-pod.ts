import type { KubeObject } from '@network-mapper/kube';
import { normalAddress } from '@network-mapper/model';

/** A pod that is a broker, or may be one. */
export interface BrokerPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** In normal form. */
  readonly ips: readonly string[];
  readonly isRunning: boolean;
  /** `labels`: an operator says that it is one; otherwise the name of the StatefulSet whose log may say so. */
  readonly by: { readonly kind: 'labels' } | { readonly kind: 'stateful-set'; readonly name: string } | undefined;
  /** The container whose log is read. */
  readonly container: string;
}

interface PodObject {
  readonly spec?: { readonly containers?: readonly { readonly name?: string }[] };
  readonly status?: { readonly phase?: string; readonly podIPs?: readonly { readonly ip?: string }[] };
}

/** `container`: the one that is read where a pod has it; otherwise its first. */
export function toBrokerPod(object: KubeObject, container: string): BrokerPod {
  const { metadata, spec, status } = object as KubeObject & PodObject;
  const names = (spec?.containers ?? []).map(({ name = '' }) => name);
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid,
    ips: (status?.podIPs ?? []).flatMap(({ ip = '' }) => normalAddress(ip) ?? []),
    isRunning: status?.phase === 'Running' && metadata.deletionTimestamp === undefined,
    by: recognized(metadata),
    container: names.includes(container) ? container : (names[0] ?? container),
  };
}

function recognized({ labels = {}, ownerReferences = [] }: KubeObject['metadata']): BrokerPod['by'] {
  if (isStrimziBroker(labels) || labels['platform.confluent.io/type'] === 'kafka') return { kind: 'labels' };
  const owner = ownerReferences.find(({ kind, controller }) => kind === 'StatefulSet' && controller === true);
  return owner === undefined ? undefined : { kind: 'stateful-set', name: owner.name };
}

/**
 * Strimzi's own labels: pods of Kafka Connect and others have another kind, and controllers another role
 * (strimzi.io, "Kafka resource": labels; `strimzi.io/broker-role` is there since KRaft is).
 */
function isStrimziBroker(labels: Readonly<Record<string, string>>): boolean {
  if (labels['strimzi.io/kind'] !== 'Kafka') return false;
  if (labels['strimzi.io/broker-role'] !== undefined) return labels['strimzi.io/broker-role'] === 'true';
  return labels['strimzi.io/component-type'] === 'kafka' || labels['strimzi.io/name']?.endsWith('-kafka') === true;
}
