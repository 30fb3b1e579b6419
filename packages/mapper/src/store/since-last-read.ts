import { ConnectionCounter, type ConnectionsCount, type ConnectionsSeen } from './connection-counter.ts';
import type { Edge, EdgeKind, EdgeStore } from './edge-store.ts';
import type { IntentSeen } from './intent-edge.ts';

/** An edge as it was seen since the last read. */
export interface Fresh<E> {
  readonly edge: E;
  readonly connections: ConnectionsCount | undefined;
}

interface Interval<E> {
  readonly edge: E;
  readonly counter: ConnectionCounter;
}

/**
 * What a consumer that comes at intervals has not read yet: edges of their own, made of the sightings of the interval alone. A reset of
 * the map does not touch them. Nothing is recorded where there is no consumer.
 */
export class SinceLastRead<E extends Edge, S> {
  #fresh = new Map<string, Interval<E>>();
  #before = new Map<string, Interval<E>>();

  constructor(store: EdgeStore<E, S>, kind: EdgeKind<E, S>, connectionsOf: (seen: S) => ConnectionsSeen) {
    store.subscribe(seen => {
      const { namespace, name } = kind.owner(seen);
      const key = `${namespace}/${name}\n${kind.key(seen)}`;
      let interval = this.#fresh.get(key);
      if (interval === undefined) {
        interval = { edge: kind.create(seen), counter: new ConnectionCounter() };
        this.#fresh.set(key, interval);
      } else {
        kind.merge(interval.edge, seen);
      }
      interval.counter.add(connectionsOf(seen));
    });
  }

  /** All of it, and begins the next interval. An interval without sightings of an edge forgets its connections. */
  take(): readonly Fresh<E>[] {
    const taken = [...this.#fresh].map(([key, { edge, counter }]) => ({
      edge,
      connections: counter.compare(this.#before.get(key)?.counter),
    }));
    this.#before = this.#fresh;
    this.#fresh = new Map();
    return taken;
  }
}

/** DNS answers are counted, of connections and sockets the client's ports; Kafka and Istio count none. */
export function intentConnections({ evidence, clientPorts }: IntentSeen): ConnectionsSeen {
  if (evidence === 'DNS') return { method: 'answers' };
  return clientPorts === undefined ? undefined : { method: 'ports', ports: clientPorts };
}
