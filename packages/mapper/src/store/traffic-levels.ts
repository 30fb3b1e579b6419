import type { TrafficLevelEdge, TrafficSample, Workload } from '@network-mapper/model';
import type { EdgeKind } from './edge-store.ts';
import { addCounts } from './edge-times.ts';

/** How much one workload sent to another, as one report said. */
export interface TrafficLevelSighting {
  readonly client: Workload;
  readonly server: Workload;
  readonly bytes: number;
  readonly flows: number;
  readonly at: number;
}

/** Samples count for this long, in milliseconds. */
const sampleLife = 3_600_000;
/** Reports of one minute (in milliseconds) are added up to one sample. */
const sampleLength = 60_000;

export const trafficLevelEdges: EdgeKind<TrafficLevelEdge, TrafficLevelSighting> = {
  owner: ({ client }) => client,
  key: ({ server }) => server.key,
  limit: 10_000,
  create: ({ client, server, bytes, flows, at }) => ({
    kind: 'traffic-level',
    client,
    server,
    samples: [{ bytes, flows, at, reports: 1 }],
    firstSeen: at,
    lastSeen: at,
    count: 1,
    revision: 0,
    gone: false,
  }),
  merge: (edge, { bytes, flows, at }) => {
    const samples = young(edge.samples, at);
    const last = samples.at(-1);
    const isSameMinute = last !== undefined && Math.floor(last.at / sampleLength) === Math.floor(at / sampleLength);
    edge.samples = isSameMinute
      ? samples.with(-1, { bytes: last.bytes + bytes, flows: last.flows + flows, at, reports: last.reports + 1 })
      : [...samples, { bytes, flows, at, reports: 1 }];
    addCounts(edge, { at, firstAt: at, count: 1 });
  },
};

/** The averages of the last hour, rounded down; undefined when nothing was reported in it. */
export function averageLevel(
  { samples: all }: TrafficLevelEdge,
  now: number,
): { bytes: number; flows: number; samples: number } | undefined {
  const samples = young(all, now);
  const reports = sum(samples, sample => sample.reports);
  if (reports === 0) return undefined;
  return {
    bytes: Math.trunc(sum(samples, sample => sample.bytes) / reports),
    flows: Math.trunc(sum(samples, sample => sample.flows) / reports),
    samples: reports,
  };
}

function sum(samples: readonly TrafficSample[], pick: (sample: TrafficSample) => number): number {
  return samples.reduce((total, sample) => total + pick(sample), 0);
}

function young(samples: readonly TrafficSample[], at: number): readonly TrafficSample[] {
  return samples.filter(sample => at - sample.at < sampleLife);
}
