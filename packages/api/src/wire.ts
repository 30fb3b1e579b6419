import type { Evidence, Sighting } from '@network-mapper/model';
import type {
  AwsOperation,
  AzureOperation,
  GcpOperation,
  IstioConnection,
  KafkaMapperResult,
  TrafficLevelResult,
} from './types.generated.ts';
import { type FromWireOptions, ReportReader } from './wire/report-reader.ts';
import type { ToWireOptions } from './wire/wire-options.ts';
import type { Received, ReceivedSource } from './wire/received.ts';
import { fromConnections, fromDnsSources, toSources } from './wire/destinations.ts';
import { fromKafka, toKafka } from './wire/kafka.ts';
import { fromIstio, toIstio } from './wire/istio.ts';
import { fromAws, fromAzure, fromGcp, toAws, toAzure, toGcp } from './wire/cloud.ts';
import { fromTrafficLevel, toTrafficLevel } from './wire/traffic-level.ts';

/*
 * Sightings as mutations of the API, and mutations as sightings: for each kind of report its two halves stand side by
 * side. On the way in every field is held against `limits` here, and nowhere else.
 */

/** The variables of the mutation that reports sightings of one kind of evidence. */
export function toWire(
  evidence: Evidence,
  sightings: readonly Sighting[],
  options: ToWireOptions,
): Readonly<Record<string, unknown>> {
  switch (evidence) {
    case 'DNS':
    case 'TCP':
    case 'SOCKET':
      return { results: { results: toSources(sightings, options) } };
    case 'KAFKA':
      return { results: { results: sightings.map(sighting => toKafka(sighting, options)) } };
    case 'ISTIO':
      return { results: { results: sightings.flatMap(sighting => toIstio(sighting, options)) } };
    case 'AWS':
      return { operation: sightings.map(sighting => toAws(sighting, options)) };
    case 'AZURE':
      return { operation: sightings.map(toAzure) };
    case 'GCP':
      return { operation: sightings.map(toGcp) };
    case 'TRAFFIC_LEVEL':
      return { results: { results: sightings.map(toTrafficLevel) } };
  }
}

/** The arguments of the mutations that report, each by its kind of evidence. */
export interface ReceivedReports {
  readonly DNS: Results<ReceivedSource>;
  readonly TCP: Results<ReceivedSource>;
  readonly SOCKET: Results<ReceivedSource>;
  readonly KAFKA: Results<Received<KafkaMapperResult, 'lastSeen'>>;
  readonly ISTIO: Results<Received<IstioConnection, 'lastSeen'>>;
  readonly AWS: Operations<AwsOperation>;
  readonly AZURE: Operations<AzureOperation>;
  readonly GCP: Operations<GcpOperation>;
  readonly TRAFFIC_LEVEL: Results<TrafficLevelResult>;
}

interface Results<T> {
  readonly results: { readonly results: readonly T[] };
}

interface Operations<T> {
  readonly operation: readonly T[];
}

/** The sightings of a report, made as they are asked for: of a large report only one is there at a time. */
export function fromWire<E extends Evidence>(
  evidence: E,
  args: ReceivedReports[E],
  options: FromWireOptions,
): Iterable<Sighting> {
  const reader = new ReportReader(evidence, options);
  const report = { evidence, args } as ReceivedReport;
  switch (report.evidence) {
    case 'DNS':
      return fromDnsSources(report.args.results.results, reader);
    case 'TCP':
    case 'SOCKET':
      return fromConnections(report.args.results.results, reader);
    case 'KAFKA':
      return eachOf(report.args.results.results, result => fromKafka(result, reader));
    case 'ISTIO':
      return eachOf(report.args.results.results, connection => fromIstio(connection, reader));
    case 'AWS':
      return eachOf(report.args.operation, operation => fromAws(operation, reader));
    case 'AZURE':
      return eachOf(report.args.operation, operation => fromAzure(operation, reader));
    case 'GCP':
      return eachOf(report.args.operation, operation => fromGcp(operation, reader));
    case 'TRAFFIC_LEVEL':
      return eachOf(report.args.results.results, level => fromTrafficLevel(level, reader));
  }
}

/** Sources, accesses or operations in a report. */
export function entriesIn(args: ReceivedReports[Evidence]): number {
  return 'operation' in args ? args.operation.length : args.results.results.length;
}

function* eachOf<T>(entries: readonly T[], read: (entry: T) => Sighting | undefined): Generator<Sighting> {
  for (const entry of entries) {
    const sighting = read(entry);
    if (sighting !== undefined) yield sighting;
  }
}

type ReceivedReport = {
  readonly [E in Evidence]: { readonly evidence: E; readonly args: ReceivedReports[E] };
}[Evidence];
