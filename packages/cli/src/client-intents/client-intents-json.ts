import { cloudTarget } from '../cloud/cloud-targets.ts';
import type { ObservedIntents, Target } from '../observed-intents.ts';
import { jsonText } from '../json-text.ts';

/**
 * ClientIntents objects as one JSON array, as Go's encoder writes `[]v2beta1.ClientIntents`: with the members that are
 * empty in a new object, and `<`, `>` and `&` as escapes.
 */
export function clientIntentsJson(objects: readonly ObservedIntents[]): string {
  return jsonText(objects.map(toObject)).replace(/[<>&]/g, character => `\\u00${character.charCodeAt(0).toString(16)}`);
}

function toObject({ name, namespace, kind, targets, cloud }: ObservedIntents): object {
  return {
    kind: 'ClientIntents',
    apiVersion: 'k8s.otterize.com/v2beta1',
    metadata: { ...(name && { name }), ...(namespace && { namespace }), creationTimestamp: null },
    spec: { workload: { name, ...(kind && { kind }) }, targets: [...targets.map(toTarget), ...cloud.map(cloudTarget)] },
    status: { upToDate: false, observedGeneration: 0 },
  };
}

function toTarget({ type, writtenName: name, kind, topics, http }: Target): object {
  const resources = http.length > 0 && { http };
  if (type === 'kubernetes') return { kubernetes: { name, ...(kind && { kind }), ...resources } };
  if (type === 'service') return { service: { name, ...resources } };
  return { kafka: { name, topics } };
}
