import {
  normalAddress,
  partyText,
  type AddressParty,
  type CloudDetail,
  type ConnectionDetail,
  type Evidence,
  type NameParty,
  type Party,
  type Sighting,
} from '@network-mapper/model';
import { isPlausibleTime, limits, shortened, type Refusal } from './limits.ts';
import type {
  AwsOperation,
  AzureOperation,
  Destination,
  GcpOperation,
  HttpMethod,
  IstioConnection,
  KafkaMapperResult,
  RecordedDestinationsForSrc,
  TrafficLevelResult,
} from './types.generated.ts';

/*
 * Sightings as mutations of the API, and mutations as sightings: for each kind of report its two halves stand side by
 * side. On the way in every field is held against `limits` here, and nowhere else.
 */

/** Which form of a report the mapper understands: `extended` has our additions, `original` has none of them. */
export type Dialect = 'extended' | 'original';

export interface ToWireOptions {
  readonly dialect: Dialect;
  /**
   * Milliseconds since the epoch: nothing was seen later than this, whatever a clock said that has been set back since.
   */
  readonly now: number;
}

/** The variables of the mutation that reports sightings of one kind of evidence. */
export function toWire(
  evidence: Evidence,
  sightings: readonly Sighting[],
  options: ToWireOptions,
): Readonly<Record<string, unknown>> {
  switch (evidence) {
    case 'DNS':
    case 'TCP':
    case 'SOCKET':
      return { results: { results: toSources(sightings, options) } };
    case 'KAFKA':
      return { results: { results: sightings.map(sighting => toKafka(sighting, options)) } };
    case 'ISTIO':
      return { results: { results: sightings.map(sighting => toIstio(sighting, options)) } };
    case 'AWS':
      return { operation: sightings.map(toAws) };
    case 'AZURE':
      return { operation: sightings.map(toAzure) };
    case 'GCP':
      return { operation: sightings.map(toGcp) };
    case 'TRAFFIC_LEVEL':
      return { results: { results: sightings.map(toTrafficLevel) } };
  }
}

/** A report as the mapper has read it: times are milliseconds since the epoch. */
type Received<T, Times extends keyof T = never> = Omit<T, Times> & { readonly [K in Times]: ReceivedTime<T[K]> };
type ReceivedTime<T> = T extends string ? number : T;
type ReceivedDestination = Received<Destination, 'lastSeen' | 'firstSeen'>;
type ReceivedSource = Omit<RecordedDestinationsForSrc, 'destinations'> & {
  readonly destinations: readonly ReceivedDestination[];
};

/** The arguments of the mutations that report, each by its kind of evidence. */
export interface ReceivedReports {
  readonly DNS: Results<ReceivedSource>;
  readonly TCP: Results<ReceivedSource>;
  readonly SOCKET: Results<ReceivedSource>;
  readonly KAFKA: Results<Received<KafkaMapperResult, 'lastSeen'>>;
  readonly ISTIO: Results<Received<IstioConnection, 'lastSeen'>>;
  readonly AWS: Operations<AwsOperation>;
  readonly AZURE: Operations<AzureOperation>;
  readonly GCP: Operations<GcpOperation>;
  readonly TRAFFIC_LEVEL: Results<TrafficLevelResult>;
}

interface Results<T> {
  readonly results: { readonly results: readonly T[] };
}

interface Operations<T> {
  readonly operation: readonly T[];
}

/** Something in a report that is not taken, named as its source named it. */
export interface Refused {
  readonly reason: Refusal;
  readonly evidence: Evidence;
  readonly client: string;
  readonly server: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface FromWireOptions {
  /** Milliseconds since the epoch: when reports without times of their own were seen. */
  readonly now: number;
  /** Called with everything that is not taken. */
  readonly refuse: (refused: Refused) => void;
}

/** The sightings of a report, made as they are asked for: of a large report only one is there at a time. */
export function fromWire<E extends Evidence>(
  evidence: E,
  args: ReceivedReports[E],
  options: FromWireOptions,
): Iterable<Sighting> {
  const reader = new ReportReader(evidence, options);
  const report = { evidence, args } as ReceivedReport;
  switch (report.evidence) {
    case 'DNS':
      return fromDnsSources(report.args.results.results, reader);
    case 'TCP':
    case 'SOCKET':
      return fromConnections(report.args.results.results, reader);
    case 'KAFKA':
      return eachOf(report.args.results.results, result => fromKafka(result, reader));
    case 'ISTIO':
      return eachOf(report.args.results.results, connection => fromIstio(connection, reader));
    case 'AWS':
      return eachOf(report.args.operation, operation => fromAws(operation, reader));
    case 'AZURE':
      return eachOf(report.args.operation, operation => fromAzure(operation, reader));
    case 'GCP':
      return eachOf(report.args.operation, operation => fromGcp(operation, reader));
    case 'TRAFFIC_LEVEL':
      return eachOf(report.args.results.results, level => fromTrafficLevel(level, reader));
  }
}

/** Sources, accesses or operations in a report. */
export function entriesIn(args: ReceivedReports[Evidence]): number {
  return 'operation' in args ? args.operation.length : args.results.results.length;
}

function* eachOf<T>(entries: readonly T[], read: (entry: T) => Sighting | undefined): Generator<Sighting> {
  for (const entry of entries) {
    const sighting = read(entry);
    if (sighting !== undefined) yield sighting;
  }
}

type ReceivedReport = {
  readonly [E in Evidence]: { readonly evidence: E; readonly args: ReceivedReports[E] };
}[Evidence];

/** Makes the sightings of one report, and refuses what is not taken. */
class ReportReader {
  readonly evidence: Evidence;
  readonly now: number;
  readonly #refuse: FromWireOptions['refuse'];

  constructor(evidence: Evidence, { now, refuse }: FromWireOptions) {
    this.evidence = evidence;
    this.now = now;
    this.#refuse = refuse;
  }

  /** The sighting, unless a check found something: then it is refused for that. */
  take(seen: Omit<Sighting, 'evidence'>, problem: Refusal | undefined): Sighting | undefined {
    const { client, server, firstAt, at, count, detail } = seen;
    const reason = problem ?? (this.#isPlausible(at) && this.#isPlausible(firstAt) ? undefined : 'implausible-time');
    if (reason === undefined) return { evidence: this.evidence, client, server, firstAt, at, count, detail };
    this.#refuse({
      reason,
      evidence: this.evidence,
      client: shortened(partyText(client)),
      server: shortened(partyText(server)),
      at: Number.isFinite(at) ? at : 0,
    });
    return undefined;
  }

  #isPlausible(at: number): boolean {
    return isPlausibleTime({ at, now: this.now });
  }
}

// DNS answers, connections, open sockets

/** Grouped by client, never with an empty list of destinations: the original's mapper ends on one. */
function toSources(sightings: readonly Sighting[], options: ToWireOptions): readonly RecordedDestinationsForSrc[] {
  const extended = options.dialect === 'extended';
  const byClient = Map.groupBy(sightings, ({ client }) => {
    const { ip, hostname, podUid } = addressOf(client);
    return `${ip} ${hostname ?? ''} ${extended ? (podUid ?? '') : ''}`;
  });
  return [...byClient.values()].flatMap(group => {
    if (group[0] === undefined) return [];
    const { ip, hostname, podUid } = addressOf(group[0].client);
    return {
      srcIp: ip,
      srcHostname: hostname ?? '',
      ...(extended && podUid !== undefined ? { srcPodUid: podUid } : {}),
      destinations: group.map(sighting => toDestination(sighting, options)),
    };
  });
}

/** The members of the original are always there, null when absent; the additions are left out. */
function toDestination(sighting: Sighting, { dialect, now }: ToWireOptions): Destination {
  const { server, detail } = sighting;
  const original = {
    TTL: detail.kind === 'dns' ? (detail.ttl ?? null) : null,
    lastSeen: toTime(Math.min(sighting.at, now)),
    srcPorts: detail.kind === 'connection' ? detail.sourcePorts : [],
    ...toDestinationParty(server),
  };
  if (dialect === 'original') return original;
  return {
    ...original,
    firstSeen: toTime(Math.min(sighting.firstAt, now)),
    connections: sighting.count,
    ...(detail.kind === 'connection' ? { protocol: detail.protocol ?? null, accepted: detail.accepted ?? null } : {}),
    ...(server.kind === 'address'
      ? { reachedPort: server.reached?.port ?? null, destinationPodUid: server.podUid ?? null }
      : {}),
  };
}

function toDestinationParty(server: Party): Pick<Destination, 'destination' | 'destinationIP' | 'destinationPort'> {
  if (server.kind === 'name')
    return { destination: server.name, destinationIP: server.ip ?? null, destinationPort: null };
  const { ip, port, reached } = addressOf(server);
  return { destination: ip, destinationIP: reached?.ip ?? ip, destinationPort: port ?? null };
}

function* fromDnsSources(sources: readonly ReceivedSource[], reader: ReportReader): Generator<Sighting> {
  for (const source of sources) {
    const client = toClient(source);
    const problem = clientProblem(client);
    for (const seen of source.destinations) {
      const sighting = fromDns(seen, { client, problem, reader });
      if (sighting !== undefined) yield sighting;
    }
  }
}

interface FromSource {
  readonly client: AddressParty;
  /** What is wrong with the client. */
  readonly problem: Refusal | undefined;
  readonly reader: ReportReader;
}

function fromDns(seen: ReceivedDestination, { client, problem, reader }: FromSource): Sighting | undefined {
  const { destination: name, TTL: ttl, lastSeen: at, connections } = seen;
  const server: NameParty = { kind: 'name', name, ip: addressIn(seen.destinationIP) };
  return reader.take(
    {
      client,
      server,
      at,
      firstAt: firstOf(seen),
      count: connections ?? 1,
      detail: { kind: 'dns', ttl: ttl ?? undefined },
    },
    problem ??
      tooLong(name, limits.dnsName) ??
      tooLong(server.ip, limits.address) ??
      outOfRange(connections, limits.count) ??
      outOfRange(ttl, limits.count),
  );
}

function* fromConnections(sources: readonly ReceivedSource[], reader: ReportReader): Generator<Sighting> {
  for (const source of sources) {
    const client = toClient(source);
    const problem = clientProblem(client);
    for (const seen of source.destinations) {
      const sighting = fromConnection(seen, { client, problem, reader });
      if (sighting !== undefined) yield sighting;
    }
  }
}

function fromConnection(seen: ReceivedDestination, { client, problem, reader }: FromSource): Sighting | undefined {
  const server = toServer(seen);
  const sourcePorts = seen.srcPorts ?? [];
  const detail: ConnectionDetail = {
    kind: 'connection',
    // Agents of the original do not say; what they capture of connections is TCP.
    protocol: seen.protocol ?? 'TCP',
    accepted: seen.accepted ?? undefined,
    sourcePorts,
  };
  return reader.take(
    { client, server, at: seen.lastSeen, firstAt: firstOf(seen), count: seen.connections ?? 1, detail },
    problem ??
      tooLong(server.ip, limits.hostname) ??
      tooLong(server.reached?.ip, limits.address) ??
      tooLong(server.podUid, limits.uid) ??
      tooMany(sourcePorts, limits.sourcePorts) ??
      (sourcePorts.every(isPort) ? undefined : 'out-of-range') ??
      outOfRange(seen.connections, limits.count),
  );
}

function toClient({ srcIp, srcHostname, srcPodUid }: ReceivedSource): AddressParty {
  return {
    kind: 'address',
    ip: normalAddress(srcIp) ?? srcIp,
    hostname: srcHostname === '' ? undefined : srcHostname,
    podUid: srcPodUid === null || srcPodUid === '' ? undefined : srcPodUid,
  };
}

function clientProblem({ ip, hostname, podUid }: AddressParty): Refusal | undefined {
  return tooLong(ip, limits.address) ?? tooLong(hostname, limits.hostname) ?? tooLong(podUid, limits.uid);
}

function toServer(seen: ReceivedDestination): AddressParty {
  const ip = normalAddress(seen.destination) ?? seen.destination;
  const reachedIp = addressIn(seen.destinationIP);
  const reachedPort = portIn(seen.reachedPort);
  const hasReached = reachedIp !== undefined && (reachedIp !== ip || reachedPort !== undefined);
  return {
    kind: 'address',
    ip,
    port: portIn(seen.destinationPort),
    reached: hasReached ? { ip: reachedIp, port: reachedPort } : undefined,
    podUid: seen.destinationPodUid === null || seen.destinationPodUid === '' ? undefined : seen.destinationPodUid,
  };
}

function firstOf({ lastSeen, firstSeen }: ReceivedDestination): number {
  return Math.min(firstSeen ?? lastSeen, lastSeen);
}

// Kafka

function toKafka({ client, server, at, detail }: Sighting, { now }: ToWireOptions): KafkaMapperResult {
  const pod = ofKind(server, 'pod');
  const { topic, operation } = ofKind(detail, 'kafka');
  return {
    srcIp: addressOf(client).ip,
    serverPodName: pod.name,
    serverNamespace: pod.namespace,
    topic,
    operation,
    lastSeen: toTime(Math.min(at, now)),
  };
}

function fromKafka(
  { srcIp, serverPodName, serverNamespace, topic, operation, lastSeen: at }: Received<KafkaMapperResult, 'lastSeen'>,
  reader: ReportReader,
): Sighting | undefined {
  return reader.take(
    {
      client: { kind: 'address', ip: normalAddress(srcIp) ?? srcIp },
      server: { kind: 'pod', namespace: serverNamespace, name: serverPodName },
      at,
      firstAt: at,
      count: 1,
      detail: { kind: 'kafka', topic, operation },
    },
    tooLong(srcIp, limits.address) ??
      tooLong(serverPodName, limits.name) ??
      tooLong(serverNamespace, limits.name) ??
      tooLong(topic, limits.topic) ??
      tooLong(operation, limits.operation),
  );
}

// Istio

function toIstio({ client, server, at, detail }: Sighting, { now }: ToWireOptions): IstioConnection {
  const source = ofKind(client, 'workload');
  const destination = ofKind(server, 'workload');
  const { path, methods } = ofKind(detail, 'http');
  return {
    srcWorkload: source.name,
    srcWorkloadNamespace: source.namespace,
    dstWorkload: destination.name,
    dstWorkloadNamespace: destination.namespace,
    dstServiceName: destination.service ?? '',
    path,
    methods: methods.filter(isHttpMethod),
    lastSeen: toTime(Math.min(at, now)),
  };
}

function fromIstio(report: Received<IstioConnection, 'lastSeen'>, reader: ReportReader): Sighting | undefined {
  const { srcWorkload, srcWorkloadNamespace, dstWorkload, dstWorkloadNamespace, dstServiceName: service } = report;
  const { path, methods, lastSeen: at } = report;
  return reader.take(
    {
      client: { kind: 'workload', namespace: srcWorkloadNamespace, name: srcWorkload },
      server: {
        kind: 'workload',
        namespace: dstWorkloadNamespace,
        name: dstWorkload,
        service: service === '' ? undefined : service,
      },
      at,
      firstAt: at,
      count: 1,
      detail: { kind: 'http', path, methods },
    },
    [srcWorkload, srcWorkloadNamespace, dstWorkload, dstWorkloadNamespace, service]
      .map(name => tooLong(name, limits.name))
      .find(problem => problem !== undefined) ??
      tooLong(path, limits.path) ??
      tooMany(methods, limits.methods),
  );
}

// Clouds

function toAws({ client, server, detail }: Sighting): AwsOperation {
  const { actions, iamRole } = ofKind(detail, 'cloud');
  return { resource: partyText(server), actions, iamRole: iamRole ?? null, ...toCaller(client) };
}

function fromAws(
  { resource, actions, srcIp, client, iamRole }: AwsOperation,
  reader: ReportReader,
): Sighting | undefined {
  return takeCloud(
    { resource, srcIp, client },
    { kind: 'cloud', actions, dataActions: [], iamRole: iamRole ?? undefined },
    reader,
  );
}

function toGcp({ client, server, detail }: Sighting): GcpOperation {
  return { resource: partyText(server), permissions: ofKind(detail, 'cloud').actions, ...toCaller(client) };
}

function fromGcp(
  { resource, permissions: actions, srcIp, client }: GcpOperation,
  reader: ReportReader,
): Sighting | undefined {
  return takeCloud({ resource, srcIp, client }, { kind: 'cloud', actions, dataActions: [] }, reader);
}

function toAzure({ client, server, detail }: Sighting): AzureOperation {
  const { name: clientName, namespace: clientNamespace } = ofKind(client, 'workload');
  const { actions, dataActions } = ofKind(detail, 'cloud');
  return { scope: partyText(server), actions, dataActions, clientName, clientNamespace };
}

function fromAzure(
  { scope: resource, actions, dataActions, clientName: name, clientNamespace: namespace }: AzureOperation,
  reader: ReportReader,
): Sighting | undefined {
  return takeCloud({ resource, client: { name, namespace } }, { kind: 'cloud', actions, dataActions }, reader);
}

interface CloudCall {
  readonly resource: string;
  readonly srcIp?: string | null | undefined;
  readonly client?: { readonly name: string; readonly namespace: string } | null | undefined;
}

function takeCloud(
  { resource, srcIp, client: named }: CloudCall,
  detail: CloudDetail,
  reader: ReportReader,
): Sighting | undefined {
  const ip = srcIp ?? '';
  const client: Party = named ? { kind: 'workload', ...named } : { kind: 'address', ip: normalAddress(ip) ?? ip };
  const all = [...detail.actions, ...detail.dataActions];
  const server: Party = { kind: 'resource', name: resource };
  return reader.take(
    { client, server, at: reader.now, firstAt: reader.now, count: 1, detail },
    tooLong(named?.name ?? ip, limits.name) ??
      tooLong(named?.namespace, limits.name) ??
      tooLong(resource, limits.resource) ??
      tooLong(detail.iamRole, limits.resource) ??
      tooMany(all, limits.actions) ??
      (all.every(action => action.length <= limits.action) ? undefined : 'too-long'),
  );
}

function toCaller(client: Party): Pick<CloudCall, 'srcIp' | 'client'> {
  if (client.kind !== 'workload') return { srcIp: addressOf(client).ip };
  return { client: { name: client.name, namespace: client.namespace } };
}

// Traffic levels

function toTrafficLevel({ client, server, detail }: Sighting): TrafficLevelResult {
  const { bytes, flows } = ofKind(detail, 'level');
  return { srcIP: addressOf(client).ip, dstIP: addressOf(server).ip, bytesSent: bytes, flows };
}

function fromTrafficLevel(
  { srcIP, dstIP, bytesSent: bytes, flows }: TrafficLevelResult,
  reader: ReportReader,
): Sighting | undefined {
  return reader.take(
    {
      client: { kind: 'address', ip: normalAddress(srcIP) ?? srcIP },
      server: { kind: 'address', ip: normalAddress(dstIP) ?? dstIP },
      at: reader.now,
      firstAt: reader.now,
      count: 1,
      detail: { kind: 'level', bytes, flows },
    },
    tooLong(srcIP, limits.address) ??
      tooLong(dstIP, limits.address) ??
      outOfRange(bytes, limits.bytes) ??
      outOfRange(flows, limits.count),
  );
}

// Fields

function tooLong(text: string | null | undefined, most: number): Refusal | undefined {
  return typeof text === 'string' && text.length > most ? 'too-long' : undefined;
}

function tooMany(list: readonly unknown[], most: number): Refusal | undefined {
  return list.length > most ? 'too-many' : undefined;
}

function outOfRange(number: number | null | undefined, most: number): Refusal | undefined {
  return typeof number === 'number' && (number < 0 || number > most) ? 'out-of-range' : undefined;
}

function isPort(number: number): boolean {
  return number >= 0 && number <= 65_535;
}

/** A port, where one is named; 0 and what is no port say nothing. */
function portIn(number: number | null | undefined): number | undefined {
  return typeof number === 'number' && number > 0 && number <= 65_535 ? number : undefined;
}

function addressIn(text: string | null | undefined): string | undefined {
  return text === null || text === undefined || text === '' ? undefined : (normalAddress(text) ?? text);
}

/** RFC 3339 in UTC with milliseconds. */
function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

const httpMethods: ReadonlySet<string> = new Set<HttpMethod>([
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'CONNECT',
  'ALL',
]);

/** Methods that the API does not know are left out, as the original's agents do. */
function isHttpMethod(method: string): method is HttpMethod {
  return httpMethods.has(method);
}

function addressOf(party: Party): AddressParty {
  return ofKind(party, 'address');
}

/** A party or detail of the kind that this kind of report has; another is an error of the program. */
function ofKind<T extends { readonly kind: string }, K extends T['kind']>(value: T, kind: K): Extract<T, { kind: K }> {
  if (value.kind !== kind) throw new Error(`a report cannot be made of ${value.kind}: ${kind} is expected`);
  return value as Extract<T, { kind: K }>;
}
