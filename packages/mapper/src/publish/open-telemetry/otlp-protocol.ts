/** Values of `OTEL_EXPORTER_OTLP_PROTOCOL` (opentelemetry.io/docs/specs/otel/protocol/exporter). */
export const otlpProtocols = ['grpc', 'http/protobuf', 'http/json'] as const;
export type OtlpProtocol = (typeof otlpProtocols)[number];
