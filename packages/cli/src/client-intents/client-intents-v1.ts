import { cloudCall } from '../cloud/cloud-targets.ts';
import { serverOf, type ObservedIntents, type Target } from '../observed-intents.ts';
import { withMethods, withOperations } from './client-intents.ts';

/** The same as an object of `k8s.otterize.com/v1alpha3`, which knows no kinds of workloads and no Services but one. */
export function clientIntentsV1({ name, namespace, targets, cloud }: ObservedIntents): object {
  return {
    apiVersion: 'k8s.otterize.com/v1alpha3',
    kind: 'ClientIntents',
    metadata: { name, namespace },
    spec: {
      service: { name },
      calls: [...targets.map(target => toCall(target, { clientNamespace: namespace })), ...cloud.map(cloudCall)],
    },
  };
}

function toCall(target: Target, { clientNamespace }: { readonly clientNamespace: string }): object {
  const { type, writtenName: name, topics, http } = target;
  const server = serverOf(target, clientNamespace);
  if (type === 'service' && server.name === 'kubernetes' && server.namespace === 'default')
    return { name: `svc:${name}` };
  if (type === 'kafka')
    return { name, type: 'kafka', ...(topics.length > 0 && { kafkaTopics: topics.map(withOperations) }) };
  return { name, ...(http.length > 0 && { type: 'http', HTTPResources: http.map(withMethods) }) };
}
