import type { Edge } from '@network-mapper/model';
import type { Logger } from '@network-mapper/runtime';
import {
  ConnectionIntervals,
  type ConnectionsCount,
  type DeliveredInterval,
} from '../../store/connection-intervals.ts';
import { connectionsOf } from '../../store/intents.ts';
import type { TrafficMap } from '../../store/traffic-map.ts';
import type { Sink } from '../sink.ts';
import type { CloudClient } from './cloud-client.ts';
import { DocumentDelivery } from './deliver-documents.ts';
import {
  toCloudDocument,
  toExternalDocument,
  toIncomingDocument,
  toIntentDocument,
  toLevelDocument,
  wasSeen,
  type EdgeDocument,
} from './edge-documents.ts';
import type { CloudOperation } from './operations.ts';

export interface CloudSinksParts {
  readonly map: TrafficMap;
  readonly client: CloudClient;
  /** Milliseconds between two uploads. */
  readonly interval: number;
  /** Documents in one request at most. */
  readonly batch: number;
  /** Whether traffic to and from outside is uploaded. */
  readonly outside: boolean;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called for each document that the cloud refuses for good. */
  readonly refused: (operation: CloudOperation) => void;
}

interface Kind {
  readonly of: Edge['kind'];
  readonly name: string;
  readonly operation: CloudOperation;
  readonly variable: string;
  readonly toDocument: (edge: Edge, count: ConnectionsCount | undefined) => EdgeDocument | undefined;
  readonly connections?: ConnectionIntervals<Edge>;
}

/** Milliseconds until the first try after a failure. */
const firstPause = 500;

/** A sink for each kind of edge: none waits for another. */
export function createCloudSinks(parts: CloudSinksParts): readonly Sink[] {
  return kindsOf(parts).map(kind => createCloudSink(kind, parts));
}

function kindsOf({ map, outside, now }: CloudSinksParts): readonly Kind[] {
  const discovered = { operation: 'ReportDiscoveredIntents', variable: 'intents' } as const;
  const intents = new ConnectionIntervals<Edge>();
  map.intents.subscribe((seen, edge) => intents.add(edge, connectionsOf(seen)));
  const inCluster: readonly Kind[] = [
    {
      of: 'intent',
      name: 'the upload of intents',
      ...discovered,
      connections: intents,
      toDocument: (edge, count) => (edge.kind === 'intent' ? toIntentDocument(edge, count) : undefined),
    },
    {
      of: 'cloud',
      name: 'the upload of cloud operations',
      ...discovered,
      toDocument: edge => (edge.kind === 'cloud' ? toCloudDocument(edge) : undefined),
    },
    {
      of: 'traffic-level',
      name: 'the upload of traffic levels',
      operation: 'ReportTrafficLevels',
      variable: 'trafficLevels',
      toDocument: edge => (edge.kind === 'traffic-level' ? toLevelDocument(edge, now()) : undefined),
    },
  ];
  if (!outside) return inCluster;
  const [external, incoming] = [new ConnectionIntervals<Edge>(), new ConnectionIntervals<Edge>()];
  map.external.subscribe((_seen, edge) => external.add(edge, { method: 'answers' }));
  map.incoming.subscribe((seen, edge) => incoming.add(edge, { method: 'ports', ports: seen.sourcePorts }));
  return [
    ...inCluster,
    {
      of: 'external',
      name: 'the upload of external traffic',
      operation: 'ReportExternalTrafficDiscoveredIntents',
      variable: 'intents',
      connections: external,
      toDocument: (edge, count) => (edge.kind === 'external' ? toExternalDocument(edge, count) : undefined),
    },
    {
      of: 'incoming',
      name: 'the upload of incoming traffic',
      operation: 'ReportIncomingTrafficDiscoveredIntents',
      variable: 'intents',
      connections: incoming,
      toDocument: (edge, count) => (edge.kind === 'incoming' ? toIncomingDocument(edge, count) : undefined),
    },
  ];
}

/** Connections are counted from one upload to the next: what a failed one did not deliver counts in the next. */
function createCloudSink({ of, name, toDocument, connections, ...kind }: Kind, parts: CloudSinksParts): Sink {
  const { interval, batch, client, logger } = parts;
  const refused = (): void => parts.refused(kind.operation);
  const delivery = new DocumentDelivery({ ...kind, client, logger, refused });
  const arrived = new Set<Edge>();
  let counted: DeliveredInterval<Edge> | undefined;
  return {
    name,
    interval,
    batch,
    firstPause,
    wants: edge => edge.kind === of && wasSeen(edge),
    begun: () => {
      counted = connections?.begin();
    },
    deliver: async (changes, signal) => {
      await delivery.deliver(
        changes
          .values()
          .map(edge => toDocument(edge, counted?.count(edge)))
          .filter(document => document !== undefined),
        signal,
      );
      for (const edge of changes) arrived.add(edge);
    },
    ended: result => {
      if (result === 'done') counted?.acknowledge();
      else counted?.release(arrived);
      arrived.clear();
    },
  };
}
