import type { Sighting } from '@network-mapper/model';
import { keyOf, type MapCall, type MapEndpoint, type MapService, type WorkloadName } from '../network-map.ts';
import { CaptureNames } from './capture-names.ts';

/** A call of a capture, and the addresses of both sides. */
export interface CapturedCall extends MapCall {
  readonly clientAddresses: readonly string[];
  readonly serverAddresses: readonly string[];
}

/** Somebody tried to connect, and nobody accepted. */
export interface Attempt {
  readonly client: string;
  readonly server: string;
  readonly port: number | undefined;
}

export interface CapturedCalls {
  /** In the order of client and server. */
  readonly calls: readonly CapturedCall[];
  readonly attempts: readonly Attempt[];
}

interface Seen {
  readonly client: WorkloadName;
  readonly server: WorkloadName;
  readonly clientAddress: string;
  readonly serverAddress: string | undefined;
  readonly endpoint: MapEndpoint | undefined;
  readonly sighting: Sighting;
}

/** The calls that packets show, with the names that these packets gave to addresses. */
export function toCapturedCalls(
  sightings: Iterable<Sighting>,
  { clusterDomain }: { readonly clusterDomain: string },
): CapturedCalls {
  const names = new CaptureNames(clusterDomain);
  const all = [...sightings];
  for (const { client, server, at } of all)
    if (client.kind === 'address' && server.kind === 'name' && server.ip !== undefined)
      names.learnLookup({ client: client.ip, ip: server.ip, name: server.name, at });
  for (const { client, server } of all)
    if (client.kind === 'address' && server.kind === 'address' && server.reached !== undefined)
      names.learnTranslation({
        called: names.server({ client: client.ip, ip: server.ip }),
        reached: server.reached.ip,
      });

  const seen: Seen[] = [];
  const attempts: Attempt[] = [];
  for (const sighting of all) {
    const { client, server, detail } = sighting;
    if (client.kind !== 'address') continue;
    const from = { client: names.host(client.ip), clientAddress: client.ip, sighting };
    if (server.kind === 'name')
      seen.push({ ...from, server: names.named(server.name), serverAddress: server.ip, endpoint: undefined });
    else if (server.kind === 'address' && detail.kind === 'connection' && detail.accepted === false)
      attempts.push({ client: client.ip, server: server.ip, port: server.port });
    else if (server.kind === 'address')
      seen.push({
        ...from,
        server: names.server({ client: client.ip, ip: server.ip }),
        serverAddress: server.ip,
        endpoint:
          server.port === undefined
            ? undefined
            : { port: server.port, targetPort: server.reached?.port ?? server.port, protocol: 'TCP' },
      });
  }
  const groups = Map.groupBy(seen, ({ client, server }) =>
    JSON.stringify([client.namespace, client.name, server.namespace, server.name]),
  );
  return {
    calls: [...groups.values()].flatMap(toCall).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    attempts,
  };
}

/** One call from what was seen of it; none of nothing. */
function toCall(group: readonly Seen[]): readonly CapturedCall[] {
  const [first] = group;
  if (first === undefined) return [];
  const endpoints = new Map(
    group.flatMap(({ endpoint }) => (endpoint === undefined ? [] : [[JSON.stringify(endpoint), endpoint]])),
  );
  const ports = [...endpoints.values()].map(({ port }) => port);
  const moment = (at: number) => new Date(at).toISOString();
  return [
    {
      client: toService(first.client, null),
      server: toService(first.server, first.server.namespace === '' ? null : first.server.name),
      type: null,
      kafkaTopics: [],
      httpResources: [],
      ports: [...new Set(ports)].sort((a, b) => a - b),
      protocols: endpoints.size > 0 ? ['TCP'] : [],
      endpoints: [...endpoints.values()],
      evidence: distinct(group.map(({ sighting }) => sighting.evidence)),
      sightings: {
        firstSeen: moment(group.reduce((least, { sighting }) => Math.min(least, sighting.firstAt), Infinity)),
        lastSeen: moment(group.reduce((most, { sighting }) => Math.max(most, sighting.at), -Infinity)),
        count: group.reduce((sum, { sighting }) => sum + sighting.count, 0),
      },
      clientAddresses: distinct(group.map(({ clientAddress }) => clientAddress)),
      serverAddresses: distinct(group.flatMap(({ serverAddress }) => serverAddress ?? [])),
    },
  ];
}

function toService({ name, namespace }: WorkloadName, kubernetesService: string | null): MapService {
  return { name, namespace, podOwnerKind: null, kubernetesService };
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
