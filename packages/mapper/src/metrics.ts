import { skipReasons, type Evidence, type SkipReason } from '@network-mapper/model';
import { Counter, Gauge, type Registry } from '@network-mapper/runtime';
import type { ReportKind } from './api/mutations.ts';
import type { WatchedKind } from './cluster/watches.ts';
import type { WaitingRoom } from './ingest/waiting-room.ts';
import type { PublisherCounts } from './publish/client-intents-publisher.ts';
import type { TrafficMap } from './store/traffic-map.ts';

/** The original's names of the counters of reports; traffic levels have none there. */
const reportedNames: Readonly<Record<ReportKind, string>> = {
  dns: 'dns_reported_connections',
  tcp: 'tcp_reported_connections',
  socketscan: 'socketscan_reported_connections',
  kafka: 'kafka_reported_topics',
  istio: 'istio_reported_connections',
  aws: 'aws_reports',
  gcp: 'gcp_reports',
  azure: 'azure_reports',
  traffic: 'traffic_level_reports',
};

export interface MapperMetrics {
  readonly reported: (kind: ReportKind, entries: number) => void;
  readonly skipped: (reason: SkipReason, evidence: Evidence) => void;
  readonly clientIntents: PublisherCounts;
  readonly exported: (result: 'done' | 'failed') => void;
  /** A request was refused, with this HTTP status, before anything of it ran. */
  readonly refused: (status: number) => void;
}

export interface Observed {
  readonly map: TrafficMap;
  readonly waitingRoom: WaitingRoom;
  readonly kinds: () => readonly WatchedKind[];
}

export function createMapperMetrics(registry: Registry, { map, waitingRoom, kinds }: Observed): MapperMetrics {
  const registers = [registry];
  const reported = new Map<ReportKind, Counter>();
  for (const [kind, name] of Object.entries(reportedNames) as [ReportKind, string][]) {
    reported.set(
      kind,
      new Counter({ name, help: 'Entries (sources, accesses or operations) of reports that were kept.', registers }),
    );
    const dropped = name
      .replace('_reported', '_dropped')
      .replace(/^(aws|gcp|azure|traffic_level)_reports$/, '$1_dropped_reports');
    // The original refuses reports when its queue is full; here they wait instead, so this stays at 0.
    new Counter({
      name: dropped,
      help: 'Entries of reports that were refused: always 0, reports wait instead.',
      registers,
    });
  }
  const skipped = new Counter({
    name: 'mapper_sightings_skipped_total',
    help: 'Sightings that are not on the map, by the reason why.',
    labelNames: ['reason', 'evidence'],
    registers,
  });
  for (const reason of Object.keys(skipReasons)) skipped.inc({ reason, evidence: 'DNS' }, 0);
  gauge('mapper_edges', 'Edges of the map, by kind.', 'kind', () => [
    ['intent', map.intents.size],
    ['external', map.external.size],
    ['incoming', map.incoming.size],
    ['cloud-operation', map.cloudOperations.size],
    ['traffic-level', map.trafficLevels.size],
  ]);
  gauge('mapper_edges_forgotten', 'Edges given up because one workload had too many of a kind.', 'kind', () => [
    ['external', map.external.forgotten],
    ['incoming', map.incoming.forgotten],
    ['cloud-operation', map.cloudOperations.forgotten],
    ['traffic-level', map.trafficLevels.forgotten],
  ]);
  gauge('mapper_sightings_waiting', 'Sightings that wait for news of their pods.', undefined, () => [
    ['', waitingRoom.size],
  ]);
  gauge('mapper_dns_cache_addresses', 'Addresses of names outside the cluster that are remembered.', undefined, () => [
    ['', map.dnsCache.size],
  ]);
  gauge('mapper_watch_synced', '1 while a kind of objects is watched, 0 while it cannot be.', 'resource', () =>
    kinds().map(({ kind, state }) => [kind, state.kind === 'synced' ? 1 : 0]),
  );

  const lookedUp = byResult('mapper_domain_lookups', 'Domains of ClientIntents that were looked up in DNS, by result.');
  const patched = byResult('mapper_client_intents_patches', 'Changes of the status of ClientIntents, by result.');
  const exported = byResult('mapper_opentelemetry_exports', 'Messages to the OpenTelemetry collector, by result.');

  const refused = new Counter({
    name: 'mapper_requests_refused_total',
    help: 'Requests to the API that were refused before anything of them ran, by HTTP status.',
    labelNames: ['status'],
    registers,
  });

  return {
    refused: status => refused.inc({ status }),
    clientIntents: { lookedUp: result => lookedUp.inc({ result }), patched: result => patched.inc({ result }) },
    exported: result => exported.inc({ result }),
    reported: (kind, entries) => reported.get(kind)?.inc(entries),
    skipped: (reason, evidence) => skipped.inc({ reason, evidence }),
  };

  function byResult(name: string, help: string): Counter {
    return new Counter({ name: `${name}_total`, help, labelNames: ['result'], registers });
  }

  function gauge(
    name: string,
    help: string,
    label: string | undefined,
    values: () => readonly (readonly [string, number])[],
  ): void {
    new Gauge({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers,
      collect() {
        for (const [value, number] of values()) {
          if (label === undefined) this.set(number);
          else this.set({ [label]: value }, number);
        }
      },
    });
  }
}
