import { evidenceKinds, evidences, skipReasons, type Evidence, type SkipReason } from '@network-mapper/model';
import { Counter, Gauge, type Registry } from '@network-mapper/runtime';
import type { WatchedKind } from './cluster/watches.ts';
import type { WaitingRoom } from './ingest/waiting-room.ts';
import type { PublisherCounts } from './publish/client-intents-publisher.ts';
import type { TrafficMap } from './store/traffic-map.ts';

/** The original's names of the counters of reports; traffic levels have none there. */
const reportedNames: Readonly<Record<(typeof evidenceKinds)[Evidence]['counter'], string>> = {
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
  readonly reported: (evidence: Evidence, entries: number) => void;
  readonly skipped: (reason: SkipReason, evidence: Evidence) => void;
  /** Somebody is refused, or would be where access is required. */
  readonly unauthorized: () => void;
  readonly clientIntents: PublisherCounts;
  readonly exported: (result: 'done' | 'failed') => void;
  /** Points that an OpenTelemetry collector refused of messages that it took. */
  readonly pointsRefused: (points: number) => void;
  /** Of each request to the cloud. */
  readonly cloudSent: (operation: string, result: 'done' | 'failed' | 'refused') => void;
  /** A document that the cloud refuses for good. */
  readonly cloudRefused: (operation: string) => void;
  /** An event that its receiver refuses for good. */
  readonly eventRefused: () => void;
  /** Of the deliveries to one sink. */
  readonly delivered: (sink: string) => (result: 'done' | 'failed') => void;
  /** A request was refused, with this HTTP status, before anything of it ran. */
  readonly refused: (status: number) => void;
}

export interface Observed {
  readonly map: TrafficMap;
  readonly waitingRoom: WaitingRoom;
  readonly kinds: () => readonly WatchedKind[];
  /** The time series of pairs, where there are any. */
  readonly serviceGraph?: { readonly size: number; readonly overflowed: number } | undefined;
}

export function createMapperMetrics(registry: Registry, observed: Observed): MapperMetrics {
  const { map, waitingRoom, kinds, serviceGraph } = observed;
  const registers = [registry];
  const reported = new Map<Evidence, Counter>();
  for (const evidence of evidences) {
    const name = reportedNames[evidenceKinds[evidence].counter];
    reported.set(
      evidence,
      new Counter({
        name,
        help: 'Entries (sources, accesses or operations) of reports that were taken in.',
        registers,
      }),
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
  gauge({ name: 'mapper_edges', help: 'Edges of the map, by kind.', label: 'kind' }, () => [
    ['intent', map.intents.size],
    ['external', map.external.size],
    ['incoming', map.incoming.size],
    ['cloud-operation', map.cloud.size],
    ['traffic-level', map.trafficLevels.size],
  ]);
  gauge({ name: 'mapper_edges_evicted', help: 'Edges that left for want of room, by kind.', label: 'kind' }, () => [
    ['intent', map.intents.evicted],
    ['external', map.external.evicted],
    ['incoming', map.incoming.evicted],
    ['cloud-operation', map.cloud.evicted],
    ['traffic-level', map.trafficLevels.evicted],
  ]);
  gauge(
    {
      name: 'mapper_edge_details_dropped',
      help: 'Ports, topics, paths … that their edges had no room for, by what they are.',
      label: 'detail',
    },
    () => [...map.budget.dropped()],
  );
  gauge({ name: 'mapper_map_bytes', help: 'Memory of all edges, estimated.' }, () => [['', map.budget.used]]);
  gauge({ name: 'mapper_sightings_waiting', help: 'Sightings that wait until their pods are known.' }, () => [
    ['', waitingRoom.size],
  ]);
  gauge(
    { name: 'mapper_dns_cache_addresses', help: 'Addresses of names outside the cluster that are remembered.' },
    () => [['', map.dnsCache.size]],
  );
  gauge(
    {
      name: 'mapper_watch_synced',
      help: '1 while a kind of objects is watched, 0 while it cannot be.',
      label: 'resource',
    },
    () => kinds().map(({ kind, state }) => [kind, state.kind === 'synced' ? 1 : 0]),
  );

  gauge(
    { name: 'mapper_edge_series', help: 'Pairs that have a time series of their own in the service graph.' },
    () => [['', serviceGraph?.size ?? 0]],
  );
  gauge(
    {
      name: 'mapper_edge_series_overflowed',
      help: 'Edges that have none for want of room: they are counted in the series `__overflow__`.',
    },
    () => [['', serviceGraph?.overflowed ?? 0]],
  );

  const lookedUp = byResult({
    name: 'mapper_domain_lookups',
    help: 'Domains of ClientIntents that were looked up in DNS, by result.',
  });
  const patched = byResult({
    name: 'mapper_client_intents_patches',
    help: 'Changes of the status of ClientIntents, by result.',
  });
  const exported = byResult({
    name: 'mapper_opentelemetry_exports',
    help: 'Deliveries of all counts to the OpenTelemetry collector, by result.',
  });
  const pointsRefused = new Counter({
    name: 'mapper_opentelemetry_refused_points_total',
    help: 'Points that the OpenTelemetry collector refused of messages that it took.',
    registers,
  });
  const cloudRequests = new Counter({
    name: 'mapper_cloud_requests_total',
    help: 'Requests to the cloud, by operation and result.',
    labelNames: ['operation', 'result'],
    registers,
  });
  const cloudRefused = new Counter({
    name: 'mapper_cloud_refused_edges_total',
    help: 'Edges that the cloud refused again and again: they were given up, and are in the log.',
    labelNames: ['operation'],
    registers,
  });
  const eventRefused = new Counter({
    name: 'mapper_events_refused_total',
    help: 'Events that their receiver refused again and again: they were given up, and are in the log.',
    registers,
  });

  const unauthorized = new Counter({
    name: 'mapper_requests_unauthorized_total',
    help: 'Requests of callers that have no right to what they asked: refused with OTTERIZE_API_AUTH=required, answered otherwise.',
    registers,
  });
  const refused = new Counter({
    name: 'mapper_requests_refused_total',
    help: 'Requests to the API that were refused before anything of them ran, by HTTP status.',
    labelNames: ['status'],
    registers,
  });

  const delivered = new Counter({
    name: 'mapper_sink_deliveries_total',
    help: 'Deliveries of changes of the map, by to whom and result.',
    labelNames: ['sink', 'result'],
    registers,
  });

  return {
    refused: status => refused.inc({ status }),
    unauthorized: () => unauthorized.inc(),
    clientIntents: { lookedUp: result => lookedUp.inc({ result }), patched: result => patched.inc({ result }) },
    exported: result => exported.inc({ result }),
    pointsRefused: points => pointsRefused.inc(points),
    cloudSent: (operation, result) => cloudRequests.inc({ operation, result }),
    cloudRefused: operation => cloudRefused.inc({ operation }),
    eventRefused: () => eventRefused.inc(),
    delivered: sink => result => delivered.inc({ sink, result }),
    reported: (evidence, entries) => reported.get(evidence)?.inc(entries),
    skipped: (reason, evidence) => skipped.inc({ reason, evidence }),
  };

  function byResult({ name, help }: { readonly name: string; readonly help: string }): Counter {
    return new Counter({ name: `${name}_total`, help, labelNames: ['result'], registers });
  }

  function gauge(
    { name, help, label }: { readonly name: string; readonly help: string; readonly label?: string },
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
