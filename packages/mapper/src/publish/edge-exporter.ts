import { setImmediate as othersTurn } from 'node:timers/promises';
import { every, type Logger, type Runnable } from '@network-mapper/runtime';
import type { IntentEdge, IntentSeen } from '../store/intent-edge.ts';
import type { SinceLastRead } from '../store/since-last-read.ts';
import type { EdgeCounter } from './edge-counter.ts';

export interface EdgeExporterParts {
  readonly fresh: SinceLastRead<IntentEdge, IntentSeen>;
  /** Milliseconds between two readings of what is new. */
  readonly interval: number;
  readonly metricName: string;
  /** Milliseconds between two deliveries to the collector. */
  readonly exportInterval: number;
  readonly logger: Logger;
  readonly exported: (result: 'done' | 'failed') => void;
}

/** Edges that are counted before others have their turn. */
const stride = 1_000;

/**
 * Counts the calls of each pair of workloads for OpenTelemetry, and delivers the counts by OTLP over gRPC to the collector that the standard
 * variables `OTEL_EXPORTER_OTLP_*` name. The libraries are loaded when this runs, and not before.
 */
export function createEdgeExporter(parts: EdgeExporterParts): Runnable {
  return {
    name: 'the export to OpenTelemetry',
    run: async signal => {
      const { openEdgeCounter } = await import('./edge-counter.ts');
      const counter = openEdgeCounter({ ...parts, delivered: tellChanges(parts) });
      await every(parts.interval, () => count(parts, counter), signal);
      await count(parts, counter);
      await counter.close();
    },
  };
}

/**
 * An edge that was seen counts for the connections that were new, and for one where there were none or its source cannot tell: while a pair
 * talks, its counter grows.
 */
async function count({ fresh }: EdgeExporterParts, counter: EdgeCounter): Promise<void> {
  let counted = 0;
  for (const { edge, connections } of fresh.take()) {
    counter.add(edge, Math.max(1, connections?.added ?? 1));
    if (++counted % stride === 0) await othersTurn();
  }
}

/** Every delivery is counted; the log is told of the first that fails, and of the first that does not after it. */
function tellChanges({ logger, exported }: EdgeExporterParts): (error: Error | undefined) => void {
  let failing = false;
  return error => {
    exported(error === undefined ? 'done' : 'failed');
    if (error !== undefined && !failing) logger.warn({ error }, 'OpenTelemetry counts cannot be delivered');
    if (error === undefined && failing) logger.info('OpenTelemetry counts are delivered again');
    failing = error !== undefined;
  };
}
