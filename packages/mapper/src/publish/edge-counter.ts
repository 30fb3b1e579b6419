import { aborted } from '@network-mapper/runtime';
import { ValueType } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { IntentEdge } from '@network-mapper/model';

/** A counter of OpenTelemetry with a time series for each pair of workloads. */
export interface EdgeCounter {
  add(edge: Pick<IntentEdge, 'client' | 'server'>, calls: number): void;
  /** Delivers what was counted last, for as long as that takes no more than a moment. */
  close(): Promise<void>;
}

export interface EdgeCounterOptions {
  readonly metricName: string;
  /** Milliseconds. */
  readonly exportInterval: number;
  /** Called after each delivery, with what went wrong. */
  readonly delivered: (error: Error | undefined) => void;
}

/** Of one delivery, in milliseconds. */
const patience = 30_000;
/** How long the last delivery may hold up the end of the process, in milliseconds. */
const lastPatience = 2_000;
/** Some 250 bytes each: collectors refuse messages of more than 4 MiB unless given. */
const pointsPerMessage = 5_000;
/** Pairs beyond the SDK's 2000 would all be counted as one. */
const mostPairs = 1_000_000;

/**
 * Opens the counter; it delivers at intervals from then on. Where, and how, is read from `OTEL_EXPORTER_OTLP_*` by the
 * exporter.
 */
export function openEdgeCounter({ metricName, exportInterval, delivered }: EdgeCounterOptions): EdgeCounter {
  const reader = new PeriodicExportingMetricReader({
    exporter: observed(new OTLPMetricExporter(), delivered),
    exportIntervalMillis: exportInterval,
    exportTimeoutMillis: Math.min(exportInterval, patience),
    cardinalityLimits: { counter: mostPairs },
    maxExportBatchSize: pointsPerMessage,
  });
  const resource = defaultResource()
    .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] }))
    .merge(resourceFromAttributes({ 'otel.scope.name': 'otterize/network-mapper' }));
  const provider = new MeterProvider({ resource, readers: [reader] });
  const counter = provider.getMeter('otelexporter').createCounter(metricName, {
    description: 'Count of edges between two nodes',
    valueType: ValueType.INT,
  });
  return {
    add: ({ client, server }, calls) =>
      counter.add(calls, {
        client: client.name,
        client_namespace: client.namespace,
        server: server.name,
        server_namespace: server.namespace,
      }),
    close: async () => {
      await Promise.race([provider.shutdown(), aborted(AbortSignal.timeout(lastPatience))]);
    },
  };
}

function observed(exporter: OTLPMetricExporter, delivered: EdgeCounterOptions['delivered']): PushMetricExporter {
  return {
    export: (metrics, done) =>
      exporter.export(metrics, result => {
        delivered(result.error);
        done(result);
      }),
    selectAggregationTemporality: instrument => exporter.selectAggregationTemporality(instrument),
    selectAggregation: instrument => exporter.selectAggregation(instrument),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}
