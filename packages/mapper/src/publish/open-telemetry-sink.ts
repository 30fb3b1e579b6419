import type { Edge } from '@network-mapper/model';
import { TimeSlice, type Logger } from '@network-mapper/runtime';
import { ConnectionIntervals } from '../store/connection-intervals.ts';
import type { Intents } from '../store/intents.ts';
import { connectionsOf } from '../store/intents.ts';
import type { EdgeCounter } from './edge-counter.ts';
import type { Sink } from './sink.ts';

export interface OpenTelemetryParts {
  readonly intents: Intents;
  /** Milliseconds between two readings of what changed. */
  readonly interval: number;
  readonly metricName: string;
  /** Milliseconds between two deliveries to the collector. */
  readonly exportInterval: number;
  readonly logger: Logger;
  /** Called after each message to the collector. */
  readonly exported: (result: 'done' | 'failed') => void;
}

/** Edges that are counted before the clock is looked at. */
const stride = 256;

/** A sink that has to be closed. */
export interface ClosableSink extends Sink {
  close(): Promise<void>;
}

/**
 * Counts the calls of each pair of workloads for OpenTelemetry; the library delivers the counts by OTLP over gRPC to
 * the collector that the standard variables `OTEL_EXPORTER_OTLP_*` name, and is loaded with the first delivery and not
 * before.
 *
 * An edge that was seen counts for the connections that were new, and for one where there were none or its source
 * cannot say: while a pair talks, its counter grows.
 */
export function createOpenTelemetrySink(parts: OpenTelemetryParts): ClosableSink {
  const connections = new ConnectionIntervals<Edge>();
  const unsubscribe = parts.intents.subscribe((seen, edge) => connections.add(edge, connectionsOf(seen)));
  let opening: Promise<EdgeCounter> | undefined;

  async function open(): Promise<EdgeCounter> {
    const { openEdgeCounter } = await import('./edge-counter.ts');
    return openEdgeCounter({ ...parts, delivered: logTransitions(parts) });
  }

  return {
    name: 'the export to OpenTelemetry',
    interval: parts.interval,
    // Connections are compared between intervals, so an interval is delivered whole.
    batch: Infinity,
    deliver: async changes => {
      const counter = await (opening ??= open());
      const interval = connections.begin();
      const slice = new TimeSlice({ stride });
      for (const edge of changes) {
        if (edge.kind !== 'intent') continue;
        counter.add(edge, Math.max(1, interval.count(edge)?.added ?? 1));
        if (slice.isOver()) await slice.next();
      }
      interval.acknowledge();
    },
    close: async () => {
      unsubscribe();
      await (await opening)?.close();
    },
  };
}

/** Every message is counted; the first that fails is logged, and the first that does not after it. */
function logTransitions({ logger, exported }: OpenTelemetryParts): (error: Error | undefined) => void {
  let failing = false;
  return error => {
    exported(error === undefined ? 'done' : 'failed');
    if (error !== undefined && !failing) logger.warn({ error }, 'OpenTelemetry counts cannot be delivered');
    if (error === undefined && failing) logger.info('OpenTelemetry counts are delivered again');
    failing = error !== undefined;
  };
}
