import { intentEdges, type IntentEdge } from '../src/store/intent-edge.ts';
import { externalEdges, incomingEdges } from '../src/store/outside-edges.ts';
import { intentConnections, SinceLastRead, type Fresh } from '../src/store/since-last-read.ts';
import { averageLevel } from '../src/store/traffic-levels.ts';
import type { RunningMapper } from './running-mapper.ts';

/** Reads the stores of a mapper that have no query, in the form of the conformance cases. */
export class Stores {
  readonly #running: RunningMapper;
  readonly #intents;
  readonly #external;
  readonly #incoming;

  constructor(running: RunningMapper) {
    const { intents, external, incoming } = running.mapper.map;
    this.#running = running;
    this.#intents = new SinceLastRead(intents, intentEdges, intentConnections);
    this.#external = new SinceLastRead(external, externalEdges, () => ({ method: 'answers' }));
    this.#incoming = new SinceLastRead(incoming, incomingEdges, seen => ({ method: 'ports', ports: seen.clientPorts }));
  }

  read(store: string, args: Readonly<Record<string, unknown>> = {}): readonly object[] {
    const { cloudOperations, trafficLevels, dnsCache } = this.#running.mapper.map;
    const cloud = (provider: string): readonly object[] =>
      [...cloudOperations.byOwner()]
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
          this.#intents.take().map(fresh => ({ ...times(fresh), ...sides(fresh.edge), type: fresh.edge.type })),
        );
      case 'external':
        return sorted(
          this.#external.take().map(fresh => ({
            ...times(fresh),
            client: fresh.edge.client,
            dnsName: fresh.edge.dnsName,
            ips: [...fresh.edge.addresses],
          })),
        );
      case 'incoming':
        return sorted(
          this.#incoming.take().map(fresh => ({
            ...times(fresh),
            server: { ...fresh.edge.server, resolutionData: fresh.edge.found },
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
          return average === undefined ? [] : [{ source: edge.source, destination: edge.destination, ...average }];
        });
      case 'dnsCache':
        return (args.names as readonly string[]).map(name => ({ name, ips: dnsCache.addresses(name) }));
      default:
        throw new Error(`no store is called ${store}`);
    }
  }
}

function times({ edge, connections }: Fresh<{ lastSeen: number }>): object {
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
