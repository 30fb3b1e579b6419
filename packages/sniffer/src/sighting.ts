/** One side of a conversation, as far as the node can tell. */
export interface ClientParty {
  readonly ip: string;
  /** Hostname of the client's process; empty when the evidence does not show the process. */
  readonly hostname: string;
  /** UID of the pod of the client's process, from its control group. */
  readonly podUid?: string;
}

export interface ServerParty {
  /** What the client asked for: a DNS name, or the address it called. */
  readonly name: string;
  /** The address it was given or reached; behind a ClusterIP the pod's, where it was seen. */
  readonly ip: string;
  /** The port the client called; absent where only a name was asked for. */
  readonly port?: number;
  /** UID of the pod whose process listens there. */
  readonly podUid?: string;
}

/** "This client asked for, called or is connected to this server." */
export interface Sighting {
  readonly client: ClientParty;
  readonly server: ServerParty;
  readonly protocol?: 'TCP' | 'UDP';
  /** Milliseconds since the epoch, by the clock of the node. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Seconds; of DNS answers. */
  readonly ttl?: number;
  /** True when the server accepted a connection, false when only attempts were seen. */
  readonly accepted?: boolean;
  /** New connections, attempts among them. */
  readonly connections?: number;
  /** Ports of the client, up to `mostSourcePorts`. */
  readonly sourcePorts: readonly number[];
}

/** Source ports serve to count connections; of a busy client these are enough to tell it from a quiet one. */
export const mostSourcePorts = 64;

/** The key under which sightings of one client and server collide. No part has a space in it. */
export function sightingKey({ client, server, protocol }: Sighting): string {
  return `${client.ip} ${client.hostname} ${client.podUid ?? ''} ${server.name} ${server.ip} ${server.port ?? ''} ${protocol ?? ''}`;
}

/** What a sighting says besides its key, without the source ports: connections are counted apart from them. */
export function packSighting({ firstSeen, lastSeen, ttl, accepted, connections, server }: Sighting): string {
  const yesOrNo = accepted === undefined ? '' : Number(accepted);
  return `${Math.floor(firstSeen)} ${Math.floor(lastSeen)} ${ttl ?? ''} ${yesOrNo} ${connections ?? ''} ${server.podUid ?? ''}`;
}

/** The sighting from its key and what `packSighting` made of it. */
export function unpackSighting(key: string, packed: string): Sighting {
  const [clientIp = '', hostname = '', clientPod, name = '', ip = '', port, protocol] = key.split(' ');
  const [firstSeen, lastSeen, ttl, accepted, connections, serverPod] = packed.split(' ');
  return {
    client: { ip: clientIp, hostname, ...(clientPod ? { podUid: clientPod } : {}) },
    server: { name, ip, ...(port ? { port: Number(port) } : {}), ...(serverPod ? { podUid: serverPod } : {}) },
    ...(protocol === 'TCP' || protocol === 'UDP' ? { protocol } : {}),
    firstSeen: Number(firstSeen),
    lastSeen: Number(lastSeen),
    ...(ttl ? { ttl: Number(ttl) } : {}),
    ...(accepted ? { accepted: accepted === '1' } : {}),
    ...(connections ? { connections: Number(connections) } : {}),
    sourcePorts: [],
  };
}

/** Two sightings of one client and server as one; what the later one says of the server holds. */
export function mergeSightings(known: Sighting, seen: Sighting): Sighting {
  const merged: Sighting = {
    ...known,
    ...seen,
    firstSeen: Math.min(known.firstSeen, seen.firstSeen),
    lastSeen: Math.max(known.lastSeen, seen.lastSeen),
    sourcePorts: mergePorts(known.sourcePorts, seen.sourcePorts),
    server: { ...known.server, ...seen.server },
  };
  return {
    ...merged,
    ...(known.accepted === undefined ? {} : { accepted: known.accepted || seen.accepted === true }),
    ...(known.connections === undefined ? {} : { connections: known.connections + (seen.connections ?? 0) }),
  };
}

/** Does `seen` say more than that `told` goes on? */
export function isNews(told: Sighting, seen: Sighting): boolean {
  return (
    (seen.accepted === true && told.accepted === false) ||
    (seen.server.podUid !== undefined && seen.server.podUid !== told.server.podUid)
  );
}

/** An attempt that nobody answered says little: a port scan makes thousands. */
export function saysLittle(sighting: Sighting): boolean {
  return sighting.accepted === false;
}

function mergePorts(known: readonly number[], seen: readonly number[]): readonly number[] {
  if (seen.length === 0 || known.length >= mostSourcePorts) return known;
  if (known.length === 0) return seen;
  return [...new Set([...known, ...seen])].slice(0, mostSourcePorts);
}
