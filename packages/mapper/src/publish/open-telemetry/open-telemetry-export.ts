import type { Edge } from '@network-mapper/model';
import { aborted, every, runAll, TimeSlice, type Logger, type Runnable } from '@network-mapper/runtime';
import { ConnectionIntervals, type DeliveredInterval } from '../../store/connection-intervals.ts';
import { connectionsOf } from '../../store/intents.ts';
import type { TrafficMap } from '../../store/traffic-map.ts';
import { createPublisher, type Sink } from '../sink.ts';
import type { EdgeCounter } from './edge-counter.ts';
import type { OtlpProtocol } from './otlp-protocol.ts';

export interface OpenTelemetryParts {
  readonly map: TrafficMap;
  /** Milliseconds between two readings of what changed. */
  readonly interval: number;
  readonly metricName: string;
  readonly protocol: OtlpProtocol;
  /** Milliseconds between two deliveries to the collector. */
  readonly exportInterval: number;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called after each delivery of all counts. */
  readonly exported: (result: 'done' | 'failed') => void;
  /** Called with the number of points that the collector refused. */
  readonly refused: (points: number) => void;
  /** Called after each reading. */
  readonly delivered: (result: 'done' | 'failed') => void;
}

/** Edges that are counted before the clock is looked at. */
const stride = 64;
/** How long the last delivery may hold up the end of the process, in milliseconds. */
const lastPatience = 2_000;

/**
 * Counts the calls of each pair of workloads for OpenTelemetry, and delivers the counts at intervals to the collector
 * that the standard variables `OTEL_EXPORTER_OTLP_*` name. The libraries are loaded with the first edge and not before.
 *
 * An edge that was seen counts for the connections that were new, and for one where there were none or its source
 * cannot say: while a pair talks, its counter grows.
 */
export function createOpenTelemetryExport(parts: OpenTelemetryParts): Runnable {
  const { map, interval, exportInterval, logger, delivered } = parts;
  const connections = new ConnectionIntervals<Edge>();
  map.intents.subscribe((seen, edge) => connections.add(edge, connectionsOf(seen)));
  let opening: Promise<Opened> | undefined;
  let counted: DeliveredInterval<Edge> | undefined;
  const sink: Sink = {
    name: 'the export to OpenTelemetry',
    interval,
    batch: 10_000,
    wants: edge => edge.kind === 'intent',
    begun: () => {
      counted = connections.begin();
    },
    deliver: async changes => {
      const { counter } = await (opening ??= open(parts));
      const slice = new TimeSlice({ stride });
      for (const edge of changes) {
        if (edge.kind === 'intent') {
          // An edge that only left the map was not seen again.
          const least = edge.gone && counter.has(edge) ? 0 : 1;
          counter.add(edge, Math.max(least, counted?.count(edge)?.added ?? 0));
        }
        if (slice.isOver()) await slice.next();
      }
    },
    ended: () => counted?.acknowledge(),
  };
  const log = transitions(parts);
  const exportCounts = async (): Promise<void> => {
    const opened = await opening;
    if (opened === undefined) return;
    await opened.counter.export().then(
      () => log(undefined),
      (error: unknown) => log(error),
    );
  };
  const publisher = createPublisher({ log: map.log, sink, logger, delivered });
  return {
    name: sink.name,
    run: async signal => {
      const timer = {
        name: 'the deliveries to OpenTelemetry',
        run: every.bind(undefined, exportInterval, exportCounts),
      };
      await runAll([publisher, timer], signal);
      const limit = aborted(AbortSignal.timeout(lastPatience));
      await Promise.race([limit, exportCounts().then(async () => (await opening)?.close())]);
    },
  };
}

interface Opened {
  readonly counter: EdgeCounter;
  readonly close: () => Promise<void>;
}

async function open(parts: OpenTelemetryParts): Promise<Opened> {
  const [{ EdgeCounter: Counter }, { createOtlpExporter }] = await Promise.all([
    import('./edge-counter.ts'),
    import('./otlp-exporter.ts'),
  ]);
  const exporter = createOtlpExporter(parts);
  return { counter: new Counter({ ...parts, exporter }), close: () => exporter.shutdown() };
}

/** Every delivery is counted; the first that fails is logged, and the first that does not after it. */
function transitions({ logger, exported }: OpenTelemetryParts): (error: unknown) => void {
  let failing = false;
  return error => {
    exported(error === undefined ? 'done' : 'failed');
    if (error !== undefined && !failing) logger.warn({ error }, 'OpenTelemetry counts cannot be delivered');
    if (error === undefined && failing) logger.info('OpenTelemetry counts are delivered again');
    failing = error !== undefined;
  };
}
