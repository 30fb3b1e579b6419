import type { Destination, RecordedDestinationsForSrc } from '@network-mapper/api';
import type { Dialect } from '@network-mapper/reporting';
import type { ClientParty, Sighting } from '../sighting.ts';

interface WireOptions {
  readonly dialect: Dialect;
  /** Milliseconds since the epoch: nothing was seen later than this, whatever a clock said that has been set back since. */
  readonly now: number;
}

/** Sightings as the mutations of the mapper's API take them: grouped by client, never with an empty list of destinations. */
export function toWire(sightings: readonly Sighting[], options: WireOptions): readonly RecordedDestinationsForSrc[] {
  const { dialect } = options;
  const byClient = Map.groupBy(sightings, ({ client }) => clientKey(client, dialect));
  return [...byClient.values()].flatMap(group => {
    const client = group[0]?.client;
    if (client === undefined) return [];
    return {
      srcIp: client.ip,
      srcHostname: client.hostname,
      ...(dialect === 'extended' && client.podUid !== undefined ? { srcPodUid: client.podUid } : {}),
      destinations: group.map(sighting => toDestination(sighting, options)),
    };
  });
}

function clientKey({ ip, hostname, podUid }: ClientParty, dialect: Dialect): string {
  return `${ip} ${hostname} ${dialect === 'extended' ? (podUid ?? '') : ''}`;
}

/** The members of the original are always there, null when absent; the additions are left out. */
function toDestination(sighting: Sighting, { dialect, now }: WireOptions): Destination {
  const { server, ttl, lastSeen, sourcePorts } = sighting;
  return {
    destination: server.name,
    destinationIP: server.ip,
    destinationPort: server.port ?? null,
    TTL: ttl ?? null,
    lastSeen: toTime(Math.min(lastSeen, now)),
    srcPorts: sourcePorts,
    ...(dialect === 'extended' ? additions(sighting, now) : {}),
  };
}

function additions(
  { server, protocol, accepted, connections, firstSeen }: Sighting,
  now: number,
): Partial<Destination> {
  return {
    firstSeen: toTime(Math.min(firstSeen, now)),
    ...(protocol === undefined ? {} : { protocol }),
    ...(accepted === undefined ? {} : { accepted }),
    ...(connections === undefined ? {} : { connections }),
    ...(server.podUid === undefined ? {} : { destinationPodUid: server.podUid }),
  };
}

/** RFC 3339 in UTC with milliseconds. */
function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
