import { TimeSlice } from '@network-mapper/runtime';
import { ValueType, type Attributes, type HrTime } from '@opentelemetry/api';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { IntentEdge } from '@network-mapper/model';
import type { OtlpExporter } from './otlp-exporter.ts';

export interface EdgeCounterOptions {
  readonly metricName: string;
  readonly exporter: OtlpExporter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The time series of a pair of workloads. */
interface Series {
  readonly attributes: Attributes;
  /** When its value was zero, in milliseconds since the epoch. */
  readonly start: number;
  value: number;
  /** Its edges that are on the map: one for each type of calls. */
  readonly edges: Set<IntentEdge>;
}

/** Points of one message: collectors refuse messages of more than 4 MiB unless given, and each is written at once. */
const pointsPerMessage = 500;
/** Series that ended and no collector has their last value of. */
const mostEnded = 100_000;

/**
 * A cumulative counter with a time series for each pair of workloads. A series begins with its first edge and ends with
 * its last one: its value is delivered once more then, and never set back.
 */
export class EdgeCounter {
  readonly #options: EdgeCounterOptions;
  readonly #opened: number;
  readonly #resource = defaultResource()
    .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] }))
    .merge(resourceFromAttributes({ 'otel.scope.name': 'otterize/network-mapper' }));
  readonly #series = new Map<string, Series>();
  #ended: Series[] = [];
  /** When the last series of a pair ended. */
  readonly #endedAt = new Map<string, number>();

  constructor(options: EdgeCounterOptions) {
    this.#options = options;
    this.#opened = options.now();
  }

  /** Whether an edge was counted before. */
  has(edge: IntentEdge): boolean {
    return this.#series.get(keyOf(edge))?.edges.has(edge) === true;
  }

  /** Counts calls of an edge, which may have left the map. */
  add(edge: IntentEdge, calls: number): void {
    const { client, server } = edge;
    const key = keyOf(edge);
    let series = this.#series.get(key);
    if (series === undefined) {
      const attributes = {
        client: client.name,
        client_namespace: client.namespace,
        server: server.name,
        server_namespace: server.namespace,
      };
      series = { attributes, start: this.#startOf(edge, key), value: 0, edges: new Set() };
      this.#series.set(key, series);
    }
    series.value += calls;
    if (!edge.gone) series.edges.add(edge);
    else series.edges.delete(edge);
    if (series.edges.size > 0) return;
    this.#series.delete(key);
    if (this.#ended.length < mostEnded) this.#ended.push(series);
    this.#endedAt.delete(key);
    this.#endedAt.set(key, this.#options.now());
    for (const oldest of this.#endedAt.keys()) {
      if (this.#endedAt.size > mostEnded) this.#endedAt.delete(oldest);
      break;
    }
  }

  /** Delivers all values. Rejects when the collector did not take them: they are delivered with the next ones. */
  async export(): Promise<void> {
    const ended = this.#ended;
    const slice = new TimeSlice({ length: 5 });
    let points: Series[] = [];
    for (const series of [...ended, ...this.#series.values()]) {
      points.push(series);
      if (points.length < pointsPerMessage) continue;
      await this.#options.exporter.export(this.#message(points));
      points = [];
      if (slice.isOver()) await slice.next();
    }
    if (points.length > 0) await this.#options.exporter.export(this.#message(points));
    this.#ended = this.#ended.slice(ended.length);
  }

  /** Not before this process, which may have had a predecessor, nor before the last series of the pair ended. */
  #startOf({ firstSeen }: IntentEdge, key: string): number {
    return Math.min(this.#options.now(), Math.max(this.#opened, firstSeen, this.#endedAt.get(key) ?? 0));
  }

  #message(series: readonly Series[]): ResourceMetrics {
    const endTime = toHrTime(this.#options.now());
    return {
      resource: this.#resource,
      scopeMetrics: [
        {
          scope: { name: 'otelexporter' },
          metrics: [
            {
              descriptor: {
                name: this.#options.metricName,
                description: 'Count of edges between two nodes',
                unit: '',
                valueType: ValueType.INT,
              },
              aggregationTemporality: AggregationTemporality.CUMULATIVE,
              dataPointType: DataPointType.SUM,
              isMonotonic: true,
              dataPoints: series.map(({ attributes, start, value }) => ({
                attributes,
                value,
                startTime: toHrTime(start),
                endTime,
              })),
            },
          ],
        },
      ],
    };
  }
}

function keyOf({ client, server }: IntentEdge): string {
  return `${client.key}\0${server.key}`;
}

/** Seconds and nanoseconds. */
function toHrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000);
  return [seconds, Math.round((milliseconds - seconds * 1000) * 1e6)];
}
