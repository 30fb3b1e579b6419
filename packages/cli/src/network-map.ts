import { jsonText } from './json-text.ts';

/** A service as a snapshot has it; the members are named as in the mapper's API. */
export interface MapService {
  readonly name: string;
  readonly namespace: string;
  readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
  /** The Service through which a server was reached. */
  readonly kubernetesService: string | null;
}

/** A port of a server as it was called, and the port of the pod behind it. */
export interface MapEndpoint {
  readonly port: number;
  readonly targetPort: number | null;
  readonly protocol: string | null;
}

/** When a call was seen, and how often: what changes although nothing else does. */
export interface Sightings {
  /** Moments of RFC 3339. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly count: number;
}

/** What a client does with a Kafka topic; the members mean what those of the API do. */
export interface MapTopic {
  readonly name: string;
  readonly operations: readonly string[];
  readonly deniedOperations: readonly string[];
  readonly assignedOperations: readonly string[];
  readonly groups: readonly string[];
}

/** What a client calls by HTTP. */
export interface MapPath {
  readonly path: string;
  readonly methods: readonly string[];
  readonly grpc: boolean;
  readonly responseCodes: readonly number[];
}

/** A call from one service to another. */
export interface MapCall {
  readonly client: MapService;
  readonly server: MapService;
  readonly type: string | null;
  readonly kafkaTopics: readonly MapTopic[];
  readonly httpResources: readonly MapPath[];
  readonly ports: readonly number[];
  readonly protocols: readonly string[];
  readonly endpoints: readonly MapEndpoint[];
  readonly evidence: readonly string[];
  readonly sightings: Sightings | undefined;
}

export interface MapLabel {
  readonly key: string;
  readonly value: string;
}

/** What selects the pods of a workload, or why nothing does. */
export interface MapWorkload {
  readonly name: string;
  readonly namespace: string;
  /** The kind of its owner; null where it is not known. */
  readonly kind: string | null;
  readonly matchLabels: readonly MapLabel[] | null;
  readonly problem: string | null;
  readonly services: readonly { readonly name: string; readonly selector: readonly MapLabel[] }[];
  /** Addresses of those of its pods that are on their node's network. */
  readonly hostAddresses: readonly string[];
}

/** The map at one moment, as a file has it. */
export interface NetworkMap {
  readonly calls: readonly MapCall[];
  readonly workloads: readonly MapWorkload[];
  /** Calls from addresses outside of the cluster. */
  readonly incoming: readonly {
    readonly server: WorkloadName;
    readonly address: string;
    readonly ports: readonly number[];
  }[];
  /** Calls to names outside of the cluster. */
  readonly external: readonly { readonly client: WorkloadName; readonly dnsName: string }[];
}

export interface WorkloadName {
  readonly name: string;
  /** Empty for an address, and for a name outside of the cluster, in a map that was made without one. */
  readonly namespace: string;
}

/** `namespace/name`: neither part of it can hold a slash. Just the name of what is in no namespace (`sniff`). */
export function placeOf({ namespace, name }: WorkloadName): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** What makes two calls of two maps the same one. */
export function keyOf({ client, server, type }: MapCall): string {
  return JSON.stringify([client.namespace, client.name, server.namespace, server.name, type ?? '']);
}

export const snapshotKind = 'NetworkMap';
export const snapshotVersion = 1;

/**
 * The text of a snapshot, the same for the same map in whatever order it is: members in a fixed order, lists sorted,
 * one value a line.
 */
export function snapshotText({ calls, workloads, incoming, external }: NetworkMap): string {
  const content = {
    kind: snapshotKind,
    version: snapshotVersion,
    calls: sortedBy(calls, keyOf).map(callForm),
    workloads: sortedBy(workloads, placeOf).map(
      ({ name, namespace, kind, matchLabels, problem, services, hostAddresses }) => ({
        namespace,
        name,
        kind,
        matchLabels: matchLabels === null ? null : sortedBy(matchLabels, ({ key }) => key).map(labelForm),
        problem,
        services: sortedBy(services, service => service.name).map(service => ({
          name: service.name,
          selector: sortedBy(service.selector, ({ key }) => key).map(labelForm),
        })),
        hostAddresses: hostAddresses.toSorted(),
      }),
    ),
    incoming: sortedBy(incoming, item => `${placeOf(item.server)} ${item.address}`).map(
      ({ server, address, ports }) => ({
        server: nameForm(server),
        address,
        ports: ports.toSorted((a, b) => a - b),
      }),
    ),
    external: sortedBy(external, item => `${placeOf(item.client)} ${item.dnsName}`).map(({ client, dnsName }) => ({
      client: nameForm(client),
      dnsName,
    })),
  };
  return jsonText(content);
}

/** A call as a snapshot has it, without what is volatile where it has no sightings. */
export function callForm(call: MapCall): object {
  const constant = constantForm(call);
  if (call.sightings === undefined) return constant;
  return { ...constant, httpResources: pathsOf(call).map(pathWithCodes), ...sightingsForm(call.sightings) };
}

/** All of a call that two snapshots are compared by. */
export function constantForm(call: MapCall): Readonly<Record<string, unknown>> {
  return {
    client: serviceForm(call.client),
    server: serviceForm(call.server),
    type: call.type,
    ports: call.ports.toSorted((a, b) => a - b),
    protocols: call.protocols.toSorted(),
    endpoints: sortedBy(call.endpoints, endpointText).map(({ port, targetPort, protocol }) => ({
      port,
      targetPort,
      protocol,
    })),
    kafkaTopics: sortedBy(call.kafkaTopics, ({ name }) => name).map(topic => ({
      name: topic.name,
      operations: topic.operations.toSorted(),
      deniedOperations: topic.deniedOperations.toSorted(),
      assignedOperations: topic.assignedOperations.toSorted(),
      groups: topic.groups.toSorted(),
    })),
    httpResources: pathsOf(call).map(pathForm),
    evidence: call.evidence.toSorted(),
  };
}

function pathsOf({ httpResources }: MapCall): readonly MapPath[] {
  return sortedBy(httpResources, ({ path }) => path);
}

/** Without response codes: another outcome does not make it another call. */
function pathForm({ path, methods, grpc }: MapPath): object {
  return { path, methods: methods.toSorted(), grpc };
}

function pathWithCodes(resource: MapPath): object {
  return { ...pathForm(resource), responseCodes: resource.responseCodes.toSorted((a, b) => a - b) };
}

function serviceForm({ name, namespace, podOwnerKind, kubernetesService }: MapService): object {
  const kind = podOwnerKind && { group: podOwnerKind.group, version: podOwnerKind.version, kind: podOwnerKind.kind };
  return { namespace, name, podOwnerKind: kind, kubernetesService };
}

function sightingsForm({ firstSeen, lastSeen, count }: Sightings): object {
  return { firstSeen, lastSeen, count };
}

function labelForm({ key, value }: MapLabel): object {
  return { key, value };
}

function nameForm({ namespace, name }: WorkloadName): object {
  return { namespace, name };
}

/** In the order of numbers, for ports of up to five digits. */
function endpointText({ port, targetPort, protocol }: MapEndpoint): string {
  return [String(port).padStart(5, '0'), String(targetPort ?? '').padStart(5, '0'), protocol ?? ''].join(' ');
}

/** In the order of code units, which no locale changes. */
export function sortedBy<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return items
    .map(item => ({ item, text: key(item) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ item }) => item);
}
