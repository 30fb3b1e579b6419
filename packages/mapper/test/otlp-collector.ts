import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall, status } from '@grpc/grpc-js';
import { closeServer, listen } from '@network-mapper/runtime';
import protobuf from 'protobufjs';

/** What the tests read of https://github.com/open-telemetry/opentelemetry-proto, with its numbers. */
const proto = `syntax = "proto3";
message ExportMetricsServiceRequest { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeMetrics { Scope scope = 1; repeated Metric metrics = 2; }
message Scope { string name = 1; }
message Metric { string name = 1; string description = 2; Sum sum = 7; }
message Sum { repeated Point data_points = 1; Temporality aggregation_temporality = 2; bool is_monotonic = 3; }
message Point {
  fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3;
  double as_double = 4; sfixed64 as_int = 6; repeated KeyValue attributes = 7;
}
message ExportMetricsServiceResponse { PartialSuccess partial_success = 1; }
message PartialSuccess { int64 rejected_data_points = 1; string error_message = 2; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { string string_value = 1; }
enum Temporality { UNSPECIFIED = 0; DELTA = 1; CUMULATIVE = 2; }`;
const { root } = protobuf.parse(proto, { keepCase: false });
const request = root.lookupType('ExportMetricsServiceRequest');
const response = root.lookupType('ExportMetricsServiceResponse');

interface KeyValue {
  readonly key: string;
  readonly value?: { readonly stringValue?: string };
}

interface ExportRequest {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string };
      readonly metrics: readonly {
        readonly name: string;
        readonly description: string;
        readonly sum: {
          readonly aggregationTemporality: string;
          readonly isMonotonic: boolean;
          readonly dataPoints: readonly {
            readonly asInt?: string;
            readonly startTimeUnixNano: string;
            readonly timeUnixNano: string;
            readonly attributes: readonly KeyValue[];
          }[];
        };
      }[];
    }[];
  }[];
}

/** A counter as it was delivered last. */
export interface DeliveredCounter {
  readonly name: string;
  readonly description: string;
  readonly meter: string;
  readonly kind: string;
  readonly resource: Readonly<Record<string, string>>;
}

export interface DeliveredPoint {
  readonly pair: string;
  readonly value: number;
  readonly start: number;
  readonly time: number;
}

/** Takes in metrics by OTLP over gRPC or HTTP, as an OpenTelemetry collector does. */
export interface OtlpCollector extends AsyncDisposable {
  readonly url: string;
  /** While true, everything is refused. */
  readonly refuse: { now: boolean };
  readonly counter: () => DeliveredCounter | undefined;
  /** Points that are said to be refused of each message that is taken. */
  readonly refusePoints: { now: number };
  /** Values by the attributes, such as `web.shop -> cart.shop`. */
  readonly values: ReadonlyMap<string, number>;
  /** All points that came, oldest first; times in milliseconds since the epoch. */
  readonly points: readonly DeliveredPoint[];
  /** Messages that came, refused ones too. */
  readonly messages: () => number;
}

export async function startOtlpCollector(over: 'grpc' | 'http' = 'grpc'): Promise<OtlpCollector> {
  const values = new Map<string, number>();
  const points: DeliveredPoint[] = [];
  const [refuse, refusePoints] = [{ now: false }, { now: 0 }];
  let counter: DeliveredCounter | undefined;
  let messages = 0;
  const take = ({ request: taken }: ServerUnaryCall<ExportRequest, object>, answer: sendUnaryData<object>) => {
    messages++;
    if (refuse.now) {
      answer({ code: status.PERMISSION_DENIED, details: 'not from you' });
      return;
    }
    keep(taken);
    answer(null, {});
  };
  const partialSuccess = (): Uint8Array =>
    refusePoints.now === 0
      ? new Uint8Array()
      : response.encode({ partialSuccess: { rejectedDataPoints: refusePoints.now, errorMessage: 'too old' } }).finish();
  const read = (bytes: Buffer) =>
    request.toObject(request.decode(bytes), { longs: String, enums: String, arrays: true }) as ExportRequest;
  const keep = ({ resourceMetrics }: ExportRequest): void => {
    for (const { resource, scopeMetrics } of resourceMetrics)
      for (const { scope, metrics } of scopeMetrics)
        for (const { name, description, sum } of metrics) {
          const kind = `${sum.aggregationTemporality}${sum.isMonotonic ? ' monotonic' : ''}`;
          counter = { name, description, meter: scope.name, kind, resource: textsOf(resource.attributes) };
          for (const { asInt, attributes, startTimeUnixNano, timeUnixNano } of sum.dataPoints) {
            const [pair, value] = [pairOf(textsOf(attributes)), Number(asInt)];
            values.set(pair, value);
            points.push({ pair, value, start: Number(startTimeUnixNano) / 1e6, time: Number(timeUnixNano) / 1e6 });
          }
        }
  };
  const server = new Server();
  const method = {
    path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
    requestStream: false,
    responseStream: false,
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: read,
    responseSerialize: () => Buffer.from(partialSuccess()),
    responseDeserialize: () => ({}),
  };
  server.addService({ export: method }, { export: take });
  const web = createServer((asked, answer) => {
    void buffer(asked).then(bytes => {
      messages++;
      if (refuse.now || asked.url !== '/v1/metrics') return void answer.writeHead(403).end();
      keep(read(bytes));
      answer.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(partialSuccess());
    });
  });
  if (over === 'http') {
    const httpPort = await listen(web, { name: 'a collector', port: 0, host: '127.0.0.1' });
    return { url: `http://127.0.0.1:${httpPort}`, ...received(), [Symbol.asyncDispose]: () => closeServer(web) };
  }
  const port = await new Promise<number>((bound, failed) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, number) => {
      if (error === null) bound(number);
      else failed(error);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    ...received(),
    [Symbol.asyncDispose]: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };

  function received() {
    return { refuse, refusePoints, counter: () => counter, values, points, messages: () => messages };
  }
}

function textsOf(attributes: readonly KeyValue[]): Readonly<Record<string, string>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value?.stringValue ?? '']));
}

function pairOf(texts: Readonly<Record<string, string>>): string {
  const { client, client_namespace, server, server_namespace, ...more } = texts;
  const rest = Object.keys(more).join(' ');
  return `${client}.${client_namespace} -> ${server}.${server_namespace}${rest}`;
}
