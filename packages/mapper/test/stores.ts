import type { Edge, ExternalEdge, IncomingEdge, IntentEdge } from '@network-mapper/model';
import { ConnectionIntervals, type ConnectionsCount } from '../src/store/connection-intervals.ts';
import { connectionsOf } from '../src/store/intents.ts';
import { averageLevel } from '../src/store/traffic-levels.ts';
import type { RunningMapper } from './running-mapper.ts';

interface Fresh<E> {
  readonly edge: E;
  readonly connections: ConnectionsCount | undefined;
}

/** Reads the stores of a mapper that have no query, in the form of the conformance cases. */
export class Stores {
  readonly #running: RunningMapper;
  readonly #connections = new ConnectionIntervals<Edge>();
  #cursor = 0;

  constructor(running: RunningMapper) {
    const { intents, external, incoming } = running.mapper.map;
    this.#running = running;
    intents.subscribe((seen, edge) => this.#connections.add(edge, connectionsOf(seen)));
    external.subscribe((_, edge) => this.#connections.add(edge, { method: 'answers' }));
    incoming.subscribe((seen, edge) => this.#connections.add(edge, { method: 'ports', ports: seen.sourcePorts }));
  }

  /** What changed since the last read, of one kind. */
  #changes<K extends Edge['kind']>(kind: K): readonly Fresh<Extract<Edge, { kind: K }>>[] {
    const interval = this.#connections.begin();
    const { changes, cursor } = this.#running.mapper.map.log.changesSince(this.#cursor, { limit: Infinity });
    this.#cursor = cursor;
    interval.acknowledge();
    return changes
      .filter((edge): edge is Extract<Edge, { kind: K }> => edge.kind === kind)
      .map(edge => ({ edge, connections: interval.count(edge) }));
  }

  read(store: string, args: Readonly<Record<string, unknown>> = {}): readonly object[] {
    const { cloud: clouds, trafficLevels, dnsCache } = this.#running.mapper.map;
    const cloud = (provider: string): readonly object[] =>
      [...clouds.byOwner()]
        .flat()
        .filter(edge => edge.provider === provider)
        .map(edge => ({
          ...edge,
          clientName: edge.client.name,
          clientNamespace: edge.client.namespace,
          arn: edge.resource,
          scope: edge.resource,
          permissions: [...edge.actions],
          actions: [...edge.actions],
          dataActions: [...edge.dataActions],
        }));
    switch (store) {
      case 'newIntents':
        return sorted(
          this.#changes('intent').map(fresh => ({ ...times(fresh), ...sides(fresh.edge), type: fresh.edge.type })),
        );
      case 'external':
        return sorted(
          this.#changes('external').map(fresh => ({
            ...times(fresh),
            client: fresh.edge.client,
            dnsName: fresh.edge.dnsName,
            ips: [...fresh.edge.addresses],
          })),
        );
      case 'incoming':
        return sorted(
          this.#changes('incoming').map(fresh => ({
            ...times(fresh),
            server: { ...fresh.edge.server, resolutionData: fresh.edge.serverProvenance },
            ip: fresh.edge.address,
          })),
        );
      case 'aws':
      case 'gcp':
      case 'azure':
        return cloud(store.toUpperCase());
      case 'traffic':
        return [...trafficLevels.byOwner()].flat().flatMap(edge => {
          const average = averageLevel(edge, this.#running.clock.now);
          return average === undefined ? [] : [{ source: edge.client, destination: edge.server, ...average }];
        });
      case 'dnsCache':
        return (args.names as readonly string[]).map(name => ({ name, ips: dnsCache.addresses(name) }));
      default:
        throw new Error(`no store is called ${store}`);
    }
  }
}

function times({ edge, connections }: Fresh<IntentEdge | ExternalEdge | IncomingEdge>): object {
  return {
    timestamp: new Date(edge.lastSeen).toISOString().replace('.000Z', 'Z'),
    connectionsCount: connections ?? null,
  };
}

function sides({ client, server }: IntentEdge): object {
  return { client, server };
}

function sorted(list: readonly object[]): readonly object[] {
  return list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
