import { ExportResultCode } from '@opentelemetry/core';
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import { convertLegacyOtlpGrpcOptions, createOtlpGrpcExportDelegate } from '@opentelemetry/otlp-grpc-exporter-base';
import {
  JsonMetricsSerializer,
  MetricsExporterMetricsHelper,
  ProtobufMetricsSerializer,
  type IExportMetricsServiceResponse,
  type ISerializer,
} from '@opentelemetry/otlp-transformer';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { OtlpProtocol } from './otlp-protocol.ts';

/** Sends metrics to a collector. */
export interface OtlpExporter {
  /** Resolves when the collector answered that it took the message; what it refused of it is counted. */
  export(metrics: ResourceMetrics): Promise<void>;
  shutdown(): Promise<void>;
}

export interface OtlpExporterOptions {
  readonly protocol: OtlpProtocol;
  /** Called with the number of points that the collector refused of a message that it took. */
  readonly refused: (points: number) => void;
}

type Serializer = ISerializer<ResourceMetrics, IExportMetricsServiceResponse>;

/** The name under which the exporter would count itself; nobody asks for that. */
const component = 'otlp_metric_exporter';

/**
 * By OTLP (opentelemetry.io/docs/specs/otlp): where to, with which headers, certificates, compression and limits is
 * read from `OTEL_EXPORTER_OTLP_*` by the library.
 */
export function createOtlpExporter({ protocol, refused }: OtlpExporterOptions): OtlpExporter {
  const delegate = createDelegate(protocol, refused);
  return {
    export: metrics =>
      new Promise((done, failed) => {
        delegate.export(metrics, ({ code, error }) => {
          if (code === ExportResultCode.SUCCESS) done();
          else failed(error ?? new Error('the collector did not take the message'));
        });
      }),
    shutdown: () => delegate.shutdown(),
  };
}

function createDelegate(protocol: OtlpProtocol, refused: OtlpExporterOptions['refused']) {
  if (protocol === 'grpc')
    return createOtlpGrpcExportDelegate(
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- no other reads the environment
      convertLegacyOtlpGrpcOptions({}, 'METRICS'),
      counting(ProtobufMetricsSerializer, refused),
      component,
      MetricsExporterMetricsHelper,
      undefined,
      'MetricsExportService',
      '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
    );
  const isJson = protocol === 'http/json';
  const contentType = isJson ? 'application/json' : 'application/x-protobuf';
  return createOtlpHttpExportDelegate(
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- no other reads the environment
    convertLegacyHttpOptions({}, 'METRICS', 'v1/metrics', { 'Content-Type': contentType }),
    counting(isJson ? JsonMetricsSerializer : ProtobufMetricsSerializer, refused),
    component,
    MetricsExporterMetricsHelper,
    undefined,
  );
}

/** A collector that takes a part of a message says so in its answer (OTLP, "Partial Success"). */
function counting(serializer: Serializer, refused: OtlpExporterOptions['refused']): Serializer {
  return {
    serializeRequest: request => serializer.serializeRequest(request),
    deserializeResponse: data => {
      const response = serializer.deserializeResponse(data);
      // In JSON it is a text.
      const rejected: unknown = response.partialSuccess?.rejectedDataPoints;
      const points = Number(rejected ?? 0);
      if (points > 0) refused(points);
      return response;
    },
  };
}
