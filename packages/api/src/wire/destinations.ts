import {
  type AddressParty,
  type ConnectionDetail,
  type NameParty,
  type Party,
  type Sighting,
  normalAddress,
} from '@network-mapper/model';
import { type Refusal, limits } from '../limits.ts';
import type { Destination, RecordedDestinationsForSrc } from '../types.generated.ts';
import { addressIn, addressOf, isPort, outOfRange, portIn, toTime, tooLong, tooMany } from './fields.ts';
import { ReportReader } from './report-reader.ts';
import type { ToWireOptions } from './wire-options.ts';
import type { ReceivedDestination, ReceivedSource } from './received.ts';

/** Grouped by client, never with an empty list of destinations: the original's mapper ends on one. */
export function toSources(
  sightings: readonly Sighting[],
  options: ToWireOptions,
): readonly RecordedDestinationsForSrc[] {
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

export function* fromDnsSources(sources: readonly ReceivedSource[], reader: ReportReader): Generator<Sighting> {
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

export function* fromConnections(sources: readonly ReceivedSource[], reader: ReportReader): Generator<Sighting> {
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
