import type { AgentStatus, AwsOperation, AzureOperation, GcpOperation, TrafficLevelResult } from '@network-mapper/api';
import { captureFacts, type CaptureParts, type RecordedSource } from '../ingest/capture.ts';
import { awsFacts, azureFacts, gcpFacts, type CloudParts } from '../ingest/cloud.ts';
import type { Fact } from '../ingest/fact.ts';
import type { Intake } from '../ingest/intake.ts';
import { istioFacts, type IstioReport } from '../ingest/istio.ts';
import { kafkaFacts, type KafkaReport, type WorkloadReportParts } from '../ingest/kafka.ts';
import { trafficLevelFacts } from '../ingest/traffic-levels.ts';
import type { TrafficMap } from '../store/traffic-map.ts';
import type { RootField } from './operation.ts';

/** The kinds of reports, by the names of their metrics. */
export type ReportKind = 'dns' | 'tcp' | 'socketscan' | 'kafka' | 'istio' | 'aws' | 'azure' | 'gcp' | 'traffic';

export interface MutationParts {
  readonly map: TrafficMap;
  readonly intake: Intake;
  readonly capture: CaptureParts;
  readonly workloads: WorkloadReportParts;
  readonly cloud: CloudParts;
  readonly now: () => number;
  /** Told how many entries a report has, once it is kept. */
  readonly reported: (kind: ReportKind, entries: number) => void;
}

interface Results<T> {
  readonly results: { readonly results: readonly T[] };
}

interface Operations<T> {
  readonly operation: readonly T[];
}

/** What answers each field of `Mutation`. Arguments have been checked against the schema: their types are the schema's. */
export function createMutations(parts: MutationParts): Readonly<Record<string, RootField>> {
  const { map, intake, capture, workloads, cloud, now } = parts;

  /** `true` is answered when everything is on the map, waits for news, or is counted under the reason why it is not. */
  function report<T>(
    kind: ReportKind,
    entriesOf: (args: never) => readonly T[],
    toFacts: (entries: readonly T[]) => Iterable<Fact>,
  ): RootField {
    return {
      resolve: async args => {
        const entries = entriesOf(args as never);
        await intake.take(toFacts(entries));
        parts.reported(kind, entries.length);
        return true;
      },
    };
  }

  const results = <T>({ results: { results: entries } }: Results<T>): readonly T[] => entries;
  const operations = <T>({ operation }: Operations<T>): readonly T[] => operation;
  return {
    resetCapture: {
      resolve: () => {
        map.intents.clear();
        return true;
      },
    },
    reportCaptureResults: report('dns', results<RecordedSource>, sources => captureFacts('DNS', sources, capture)),
    reportTCPCaptureResults: report('tcp', results<RecordedSource>, sources => captureFacts('TCP', sources, capture)),
    reportSocketScanResults: report('socketscan', results<RecordedSource>, sources =>
      captureFacts('SOCKET', sources, capture),
    ),
    reportKafkaMapperResults: report('kafka', results<KafkaReport>, reports => kafkaFacts(reports, workloads)),
    reportIstioConnectionResults: report('istio', results<IstioReport>, reports => istioFacts(reports, workloads)),
    reportAWSOperation: report('aws', operations<AwsOperation>, entries => awsFacts(entries, cloud)),
    reportAzureOperation: report('azure', operations<AzureOperation>, entries => azureFacts(entries, cloud)),
    reportGCPOperation: report('gcp', operations<GcpOperation>, entries => gcpFacts(entries, cloud)),
    reportTrafficLevelResults: report('traffic', results<TrafficLevelResult>, entries =>
      trafficLevelFacts(entries, cloud),
    ),
    reportAgentStatus: {
      resolve: args => {
        const { status } = args as { readonly status: Omit<AgentStatus, 'startedAt'> & { readonly startedAt: number } };
        map.agents.add({ ...status, lastSeen: now() });
        return true;
      },
    },
  };
}
