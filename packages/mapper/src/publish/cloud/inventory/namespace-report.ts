import type { KubeConnection } from '@network-mapper/kube';
import type { Workload } from '@network-mapper/model';
import type { InventoryLookups, InventoryPod } from './inventory-lookups.ts';
import type { RawPod, RawService } from './raw-objects.ts';
import { readAll } from './read-all.ts';
import { namedPortsOf, toPairs, toServiceInput } from './service-document.ts';

export interface NamespaceParts {
  readonly connection: KubeConnection;
  readonly lookups: InventoryLookups;
}

/** What is uploaded of a namespace: inputs of its types. */
export interface NamespaceReport {
  readonly services: readonly object[];
  readonly workloads: readonly object[];
  /** Workloads that want to be scraped, as their pods say, and as Services in front of them say. */
  readonly scrapedByPods: readonly object[];
  readonly scrapedByServices: readonly object[];
}

const core = (plural: string) => ({ group: '', version: 'v1', plural, namespaced: true });
const scrape = 'prometheus.io/scrape';

/** Reads a namespace's pods and Services, of which the map keeps little, and makes the inputs of them. */
export async function reportNamespace(
  namespace: string,
  { connection, lookups }: NamespaceParts,
  signal: AbortSignal,
): Promise<NamespaceReport> {
  const services: RawService[] = [];
  for await (const object of readAll({ connection, resource: core('services'), namespace, signal }))
    if (object.metadata.deletionTimestamp === undefined) services.push(object);
  const pods: RawPod[] = [];
  for await (const object of readAll({ connection, resource: core('pods'), namespace, signal }))
    pods.push(slim(object));
  const live = await lookups.podsIn(namespace);
  const annotated = new Set(pods.filter(isScraped).map(({ metadata }) => metadata.name));
  const scraped = new Set(services.filter(isScraped).map(({ metadata }) => metadata.name));
  return {
    services: await toServices(namespace, { services, pods, lookups }),
    workloads: toWorkloads(live, services),
    scrapedByPods: toScraped(live.filter(({ name }) => annotated.has(name))),
    scrapedByServices: toScraped(live.filter(pod => pod.services.some(name => scraped.has(name)))),
  };
}

/** Of a pod, only what is asked of it: a namespace may have thousands. */
function slim({ metadata, spec }: RawPod): RawPod {
  const { name, uid, labels = {}, annotations } = metadata;
  return {
    metadata: { name, uid, labels, annotations: { [scrape]: annotations?.[scrape] ?? '' } },
    spec: { containers: (spec?.containers ?? []).map(({ ports = [] }) => ({ ports })) },
  };
}

function isScraped({ metadata }: Pick<RawPod, 'metadata'>): boolean {
  return metadata.annotations?.[scrape] === 'true';
}

/** A Service is uploaded with the workload behind it; without one it is not. */
async function toServices(
  namespace: string,
  {
    services,
    pods,
    lookups,
  }: {
    readonly services: readonly RawService[];
    readonly pods: readonly RawPod[];
    readonly lookups: InventoryLookups;
  },
): Promise<readonly object[]> {
  const inputs: object[] = [];
  for (const service of services) {
    const { name } = service.metadata;
    const isApiServer = namespace === 'default' && name === 'kubernetes';
    const workload = isApiServer ? { namespace, name } : await lookups.workloadBehind({ namespace, name });
    if (workload === undefined) continue;
    inputs.push({
      namespace: workload.namespace,
      otterizeServer: workload.name,
      resourceName: name,
      service: toServiceInput(service, namedPortsOf(service.spec?.selector, pods)),
    });
  }
  return inputs;
}

/** `ReportServiceMetadataInput` of each workload. */
function toWorkloads(pods: readonly InventoryPod[], services: readonly RawService[]): readonly object[] {
  const addresses = new Map(
    services
      .filter(({ spec }) => (spec?.type ?? 'ClusterIP') === 'ClusterIP')
      .map(({ metadata, spec }) => [metadata.name, (spec?.clusterIPs ?? []).filter(ip => ip !== '' && ip !== 'None')]),
  );
  const byWorkload = Map.groupBy(pods, ({ workload }) => `${workload.name} ${kindOf(workload)}`);
  return [...byWorkload]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, of]) => {
      const [first] = of;
      if (first === undefined) return [];
      const { workload, labels } = first;
      return {
        identity: toIdentity(workload),
        metadata: {
          tags: null,
          awsRoles: null,
          labels: toPairs(Object.fromEntries(labels.map(({ key, value }) => [key, value]))),
          podIps: distinct(of.flatMap(pod => pod.addresses)),
          serviceIps: distinct(of.flatMap(pod => pod.services.flatMap(name => addresses.get(name) ?? []))),
        },
      };
    });
}

/** `ServiceIdentityInput`. */
export function toIdentity(workload: Workload): object {
  return {
    name: workload.name,
    namespace: workload.namespace,
    kind: kindOf(workload),
    nameResolvedUsingAnnotation: workload.nameResolvedUsingAnnotation,
  };
}

function kindOf({ podOwnerKind }: Workload): string {
  return podOwnerKind?.kind ?? '';
}

function toScraped(pods: readonly InventoryPod[]): readonly object[] {
  const texts = pods.map(({ workload }) => {
    const { namespace, name } = workload;
    return JSON.stringify({ namespace, name, kind: kindOf(workload) });
  });
  return distinct(texts).map(text => JSON.parse(text) as object);
}

/** Sorted, each once. */
function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
