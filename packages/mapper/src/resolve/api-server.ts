import { internWorkload } from '@network-mapper/model';
import type { ServiceRecord } from './lookups.ts';

/** Name and namespace of the API server's Service. */
const service = { namespace: 'default', name: 'kubernetes' } as const;

/** The API server as a workload, whatever it runs on. */
export const apiServerWorkload = internWorkload({
  ...service,
  labels: null,
  nameResolvedUsingAnnotation: null,
  podOwnerKind: null,
  kubernetesService: service.name,
});

export function isApiServerService({ name, namespace }: ServiceRecord): boolean {
  return name === service.name && namespace === service.namespace;
}
