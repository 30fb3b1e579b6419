import type { Evidence, Sighting } from '@network-mapper/model';
import type { Sighting as NodeSighting } from './sighting.ts';

/** What a collector noticed, in the words of agents and mapper. */
export function toSighting(evidence: Evidence, noticed: NodeSighting): Sighting {
  const { client, server, protocol, firstSeen, lastSeen, ttl, accepted, connections = 1, sourcePorts } = noticed;
  const times = { firstAt: firstSeen, at: lastSeen, count: connections };
  const party = { kind: 'address', ip: client.ip, hostname: client.hostname, podUid: client.podUid } as const;
  if (evidence === 'DNS') {
    const name = { kind: 'name', name: server.name, ip: server.ip } as const;
    return { evidence, client: party, server: name, ...times, detail: { kind: 'dns', ttl } };
  }
  const reached = server.ip === server.name ? undefined : { ip: server.ip };
  const called = { kind: 'address', ip: server.name, port: server.port, reached, podUid: server.podUid } as const;
  return {
    evidence,
    client: party,
    server: called,
    ...times,
    detail: { kind: 'connection', protocol, accepted, sourcePorts },
  };
}
