import fc from 'fast-check';
import { placeOf, type MapCall, type MapEndpoint, type NetworkMap } from '../../src/network-map.ts';
import { stringify } from 'yaml';
import { call, mapOf, workload } from '../known-map.ts';

const namespaces = ['shop', 'data', 'pay'];

/** Workloads of three namespaces; some have two labels that select them, one of which others have too. */
const places = fc
  .integer({ min: 2, max: 30 })
  .map(count => Array.from({ length: count }, (_, at) => `${namespaces[at % namespaces.length] ?? ''}/w${at}`));

const port = fc.record({
  port: fc.constantFrom(53, 80, 443, 5432),
  targetPort: fc.constantFrom(53, 8080, 8443, 5432, 9092),
  protocol: fc.constantFrom('TCP', 'UDP'),
});

/** A map of calls whose ports are other ones at the pods than at the Services, mostly. */
export const randomMap: fc.Arbitrary<NetworkMap> = places.chain(all =>
  fc
    .uniqueArray(
      fc.record({
        client: fc.nat(all.length - 1),
        server: fc.nat(all.length - 1),
        endpoints: fc.oneof(
          { weight: 6, arbitrary: fc.array<MapEndpoint>(port, { minLength: 1, maxLength: 3 }) },
          // Only a name was asked for.
          { weight: 1, arbitrary: fc.constant<MapEndpoint[]>([]) },
        ),
      }),
      { minLength: 1, maxLength: 40, selector: ({ client, server }) => `${client} ${server}` },
    )
    .map(edges => {
      const calls: readonly MapCall[] = edges
        .filter(({ client, server }) => client !== server)
        .map(({ client, server, endpoints }) =>
          call(`${all[client] ?? ''} > ${all[server] ?? ''}`, {
            endpoints,
            ports: endpoints.map(each => each.port),
            evidence: endpoints.length === 0 ? ['DNS'] : ['TCP'],
          }),
        );
      return mapOf(calls, { workloads: all.map((place, at) => workload(place, selectedBy(place, at))) });
    }),
);

function selectedBy(place: string, at: number): object {
  const own = { key: 'app', value: place.split('/')[1] ?? '' };
  return { matchLabels: at % 3 === 0 ? [own, { key: 'app.kubernetes.io/part-of', value: 'all' }] : [own] };
}

/** The workloads of a map as the cluster has them, with a resolver: namespaces and Deployments. */
export function inventoryOf({ workloads }: NetworkMap): string {
  const deployments = [
    ...workloads.map(({ name, namespace, matchLabels }) => ({ name, namespace, labels: matchLabels ?? [] })),
    { name: 'coredns', namespace: 'kube-system', labels: [{ key: 'k8s-app', value: 'kube-dns' }] },
  ].map(({ name, namespace, labels }) => {
    const selected = Object.fromEntries(labels.map(({ key, value }) => [key, value]));
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: {
        replicas: 1,
        selector: { matchLabels: selected },
        template: {
          // What controllers add to the pods selects nothing.
          metadata: { labels: { ...selected, 'pod-template-hash': `${name}-5d8` } },
          spec: { containers: [{ name: 'main', image: 'none' }] },
        },
      },
    };
  });
  const spaces = [...namespaces, 'kube-system'].map(name => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
  }));
  return [...spaces, ...deployments].map(object => stringify(object)).join('---\n');
}

/** What policies of a map have to allow between two workloads, as the evaluator says it; undefined for nothing. */
export function expectedBetween(
  { calls }: NetworkMap,
  { client, server, egress }: { readonly client: string; readonly server: string; readonly egress: boolean },
): ReadonlySet<string> | undefined {
  const isCalled = calls.some(each => placeOf(each.server) === server);
  const callsOut = egress && calls.some(each => placeOf(each.client) === client);
  if (!isCalled && !callsOut) return new Set(['all']);
  const between = calls.filter(each => placeOf(each.client) === client && placeOf(each.server) === server);
  if (between.length === 0) return undefined;
  if (between.some(({ endpoints }) => endpoints.length === 0)) return new Set(['all']);
  return new Set(
    between.flatMap(({ endpoints }) => endpoints.map(each => `${each.protocol ?? ''} ${each.targetPort ?? ''}`)),
  );
}
