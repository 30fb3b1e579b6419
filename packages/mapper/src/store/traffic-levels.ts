import type { Workload } from '@network-mapper/model';
import { EdgeStore, type Edge, type EdgeKind } from './edge-store.ts';

/** How much one workload sent to another, as one report told. */
export interface TrafficLevelSeen {
  readonly source: Workload;
  readonly destination: Workload;
  readonly bytes: number;
  readonly flows: number;
  readonly at: number;
}

interface Sample {
  readonly bytes: number;
  readonly flows: number;
  readonly at: number;
}

export interface TrafficLevelEdge extends Edge {
  readonly source: Workload;
  readonly destination: Workload;
  /** Oldest first; none older than an hour before the newest. */
  samples: Sample[];
}

/** Samples count for this long, in milliseconds. */
const sampleLife = 3_600_000;
/** Two samples a second for an hour. */
const mostSamples = 7_200;

const trafficLevelEdges: EdgeKind<TrafficLevelEdge, TrafficLevelSeen> = {
  owner: seen => seen.source,
  key: seen => seen.destination.key,
  limit: 10_000,
  create: ({ source, destination, bytes, flows, at }) => ({
    source,
    destination,
    samples: [{ bytes, flows, at }],
    firstSeen: at,
    lastSeen: at,
    count: 1,
  }),
  merge: (edge, { bytes, flows, at }) => {
    edge.samples = young(edge, at).slice(-mostSamples + 1);
    edge.samples.push({ bytes, flows, at });
    edge.lastSeen = Math.max(edge.lastSeen, at);
    edge.count++;
  },
};

export type TrafficLevels = EdgeStore<TrafficLevelEdge, TrafficLevelSeen>;

export function createTrafficLevels(): TrafficLevels {
  return new EdgeStore(trafficLevelEdges);
}

/** The averages of the last hour, rounded down; undefined when nothing was told in it. */
export function averageLevel(
  edge: TrafficLevelEdge,
  now: number,
): { bytes: number; flows: number; samples: number } | undefined {
  const samples = young(edge, now);
  if (samples.length === 0) return undefined;
  const mean = (pick: (sample: Sample) => number): number =>
    Math.trunc(samples.reduce((sum, sample) => sum + pick(sample), 0) / samples.length);
  return { bytes: mean(sample => sample.bytes), flows: mean(sample => sample.flows), samples: samples.length };
}

function young(edge: TrafficLevelEdge, now: number): Sample[] {
  return edge.samples.filter(sample => now - sample.at < sampleLife);
}
