import { cloudTarget } from '../cloud/cloud-targets.ts';
import type { ObservedIntents, Target } from '../observed-intents.ts';

/** A ClientIntents object of `k8s.otterize.com/v2beta1`, in the order of members that the Otterize CLI writes. */
export function clientIntents({ name, namespace, kind, targets, cloud }: ObservedIntents): object {
  return {
    apiVersion: 'k8s.otterize.com/v2beta1',
    kind: 'ClientIntents',
    metadata: { name, namespace },
    spec: { workload: { name, ...(kind && { kind }) }, targets: [...targets.map(toTarget), ...cloud.map(cloudTarget)] },
  };
}

function toTarget({ type, writtenName: name, kind, topics, http }: Target): object {
  const resources = http.length > 0 && { http: http.map(withMethods) };
  if (type === 'kubernetes') return { kubernetes: { name, ...(kind && { kind }), ...resources } };
  if (type === 'service') return { service: { name, ...resources } };
  return { kafka: { name, ...(topics.length > 0 && { topics: topics.map(withOperations) }) } };
}

/** In YAML an empty list of methods or operations is left out. */
export function withMethods({ path, methods }: Target['http'][number]): object {
  return { path, ...(methods.length > 0 && { methods }) };
}

export function withOperations({ name, operations }: Target['topics'][number]): object {
  return { name, ...(operations.length > 0 && { operations }) };
}
