import type { RawIngress } from './raw-objects.ts';
import { toLoadBalancer } from './service-document.ts';

const pathTypes: Readonly<Record<string, string>> = {
  Exact: 'EXACT',
  Prefix: 'PREFIX',
  ImplementationSpecific: 'IMPLEMENTATION_SPECIFIC',
};

type Backend = NonNullable<NonNullable<RawIngress['spec']>['defaultBackend']>;

/** `K8sIngressInput`. */
export function toIngressInput({ metadata, spec = {}, status }: RawIngress): object {
  const balancers = status?.loadBalancer?.ingress ?? [];
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    ingress: {
      spec: {
        ingressClassName: spec.ingressClassName ?? null,
        defaultBackend: spec.defaultBackend === undefined ? null : toBackend(spec.defaultBackend),
        tls: spec.tls?.map(({ hosts, secretName }) => ({ hosts: hosts ?? null, secretName: text(secretName) })) ?? null,
        rules: (spec.rules ?? []).map(({ host, http }) => ({
          host: text(host),
          httpPaths:
            http?.paths?.map(({ path, pathType, backend }) => ({
              path: text(path),
              pathType: pathTypes[pathType ?? ''] ?? null,
              backend: toBackend(backend),
            })) ?? null,
        })),
      },
      status: balancers.length === 0 ? null : { loadBalancer: balancers.map(toLoadBalancer) },
    },
  };
}

function toBackend({ service, resource }: Backend): object {
  return {
    service:
      service === undefined
        ? null
        : {
            name: service.name,
            port: {
              name: text(service.port?.name),
              number: text(service.port?.name) === null ? (service.port?.number ?? null) : null,
            },
          },
    resource:
      resource === undefined ? null : { apiGroup: resource.apiGroup ?? null, kind: resource.kind, name: resource.name },
  };
}

function text(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}
