import { hostname } from 'node:os';
import { operations, toWire, type AgentStatus, type ReasonCount } from '@network-mapper/api';
import { evidenceKinds, ReasonCounts, type Evidence, type Sighting } from '@network-mapper/model';
import {
  aborted,
  createHealthListener,
  createMetricsListener,
  createRegistry,
  ListenError,
  pause,
  type Logger,
  type Registry,
  type Runnable,
  monotonicTime,
  wallTime,
} from '@network-mapper/runtime';
import { Alarm } from '../alarm.ts';
import { Book } from '../book.ts';
import { Channel } from '../channel.ts';
import { MapperLink, type ReportRequest } from '../link/mapper-link.ts';
import { createRestartDetector } from '../link/restart-detector.ts';
import { createReporter } from '../reporter.ts';
import { registerAgentMetrics } from './agent-metrics.ts';
import type { AgentConfig } from './agent-options.ts';
import { ReportTotals } from './report-totals.ts';
import type { AgentIntake, Source } from './source.ts';
import { createStatusReporter } from './status-reporter.ts';

export interface AgentOptions {
  /** `sniffer`, `kafka-watcher` …: names the agent in its status, and its metrics. */
  readonly kind: string;
  /** The node or pod it runs on; the host's name when empty. */
  readonly name?: string;
  readonly version: string;
  /** The kinds of evidence that its sources have. */
  readonly evidence: readonly Evidence[];
  readonly config: AgentConfig;
  readonly logger: Logger;
  /** Opens the sources. */
  readonly sources: (intake: AgentIntake) => readonly Source[];
  /** Milliseconds between reports of what is new or says more; a second unless given. */
  readonly reportInterval?: number;
  /** Milliseconds after which what lasts is reported again; a minute unless given. */
  readonly refreshInterval?: number;
  /** Sightings of each kind of evidence that are held at most; 20,000 unless given. */
  readonly capacity?: number;
  readonly registry?: Registry;
  /** Called with the port of the health endpoint that is really used. */
  readonly healthListening?: (port: number) => void;
}

export interface Agent {
  /** Everything that runs until the agent is stopped. */
  readonly runnables: readonly Runnable[];
  readonly totals: ReportTotals;
  /**
   * Reports everything that was recorded, for an agent whose sources end, e.g. a file. Throws when the mapper does not
   * take it within the time that a report may take.
   */
  reportAll(): Promise<void>;
}

/** Milliseconds between two status reports, and between tries while the mapper is away. */
const statusInterval = 60_000;
const statusRetry = 5_000;
/** Milliseconds between questions whether the mapper was replaced or reset. */
const probeInterval = 2_000;
/** Milliseconds between tries to report while the mapper is away, at most. */
const maxBackoff = 60_000;
/** Milliseconds between two tries of an agent that ends when all is reported. */
const retryAfter = 1_000;
/** Milliseconds the last report may take once the end was announced. */
const shutdownTimeout = 5_000;
/**
 * Milliseconds for which what was acknowledged is held, for a mapper that may be replaced, and how much of each kind of
 * evidence.
 */
const rememberFor = 3_600_000;
const maxRemembered = 2_000;

const clock = monotonicTime;

/**
 * Everything of an agent but its sources: what they record is held, merged and reported to the mapper until it
 * acknowledges.
 */
export function createAgent(options: AgentOptions): Agent {
  const { kind, config, logger, evidence, capacity = 20_000, refreshInterval = 60_000 } = options;
  const registry = options.registry ?? createRegistry();
  const totals = new ReportTotals(logger);
  const mapperBack = new Alarm();
  const mapperReplaced = new Alarm();
  const books = new Map(
    evidence.map(kindOf => [kindOf, new Book({ capacity, refresh: refreshInterval, rememberFor, maxRemembered })]),
  );
  const link = new MapperLink({
    url: config.mapperUrl,
    timeout: config.callsTimeout,
    tokenFile: config.mapperTokenFile === '' ? undefined : config.mapperTokenFile,
    caFile: config.mapperCaFile === '' ? undefined : config.mapperCaFile,
    clock,
    onReplaced: () => {
      for (const book of books.values()) book.requeueAll();
      mapperReplaced.ring();
      mapperBack.ring();
    },
    onBack: () => mapperBack.ring(),
  });
  const channels = [...books].map(([kindOf, book]) => {
    const send = (sightings: readonly Sighting[], signal: AbortSignal): ReturnType<MapperLink['report']> =>
      link.report(toRequest(kindOf, sightings), signal);
    return new Channel({ evidence: kindOf, book, send, clock, events: totals });
  });

  const record = (sighting: Sighting): void => {
    const book = books.get(sighting.evidence);
    if (book === undefined) throw new Error(`${kind} records ${sighting.evidence}, which its list of evidence lacks`);
    book.record(sighting);
  };
  const sources = options.sources({ registry, record });
  registerAgentMetrics({ registry, prefix: kind.replaceAll('-', '_'), books, totals, sources });

  const drain = async (): Promise<void> => {
    for (const source of sources) await source.drain?.();
  };
  const status = createStatus({ ...options, books, totals, sources });
  const problems = (): readonly string[] => sources.flatMap(source => source.problem?.() ?? []);

  const listening = options.healthListening === undefined ? {} : { listening: options.healthListening };

  return {
    totals,
    reportAll: async () => {
      await drain();
      await reportAll(channels, totals, config.callsTimeout);
    },
    runnables: [
      createHealthListener({ port: config.healthPort, problems, ...listening }),
      optional(createMetricsListener({ port: config.metricsPort, registry }), logger),
      ...sources,
      createReporter({
        channels,
        interval: options.reportInterval ?? 1_000,
        maxBackoff,
        shutdownTimeout,
        alarm: mapperBack,
        drain,
        events: totals,
      }),
      createStatusReporter({ link, status, interval: statusInterval, retry: statusRetry, alarm: mapperReplaced }),
      createRestartDetector({ link, interval: probeInterval }),
    ],
  };
}

function toRequest(evidence: Evidence, sightings: readonly Sighting[]): ReportRequest {
  return {
    ...operations[evidenceKinds[evidence].mutation],
    variables: dialect => toWire(evidence, sightings, { dialect, now: wallTime() }),
  };
}

interface StatusParts extends AgentOptions {
  readonly books: ReadonlyMap<Evidence, Book>;
  readonly totals: ReportTotals;
}

function createStatus(
  parts: Omit<StatusParts, 'sources'> & { readonly sources: readonly Source[] },
): () => AgentStatus {
  const { kind, name = '', version, books, totals, sources } = parts;
  const startedAt = new Date(wallTime()).toISOString();
  return () => {
    const counts = sources.flatMap(source => source.counts?.() ?? []);
    const sum = (of: (count: (typeof counts)[number]) => number): number =>
      counts.reduce((total, count) => total + of(count), 0);
    return {
      kind,
      name: name === '' ? hostname() : name,
      version,
      startedAt,
      captured: sum(({ captured }) => captured),
      dropped: sum(({ dropped }) => dropped),
      droppedByInterface: sum(({ droppedByInterface }) => droppedByInterface),
      undecodable: summed(sources.flatMap(source => source.undecodable?.() ?? [])),
      skipped: summed(sources.flatMap(source => source.skipped?.() ?? [])),
      reported: totals.reported,
      lost: totals.rejected + books.values().reduce((total, book) => total + book.evicted, 0),
    };
  };
}

/** Tries until everything is acknowledged. */
async function reportAll(channels: readonly Channel[], totals: ReportTotals, timeout: number): Promise<void> {
  const signal = AbortSignal.timeout(timeout);
  for (const channel of channels) {
    let outcome = await channel.flush({ signal, all: true });
    while (outcome.kind === 'retry') {
      totals.onTrouble(outcome.problem);
      if (!(await pause(retryAfter, signal)))
        throw new Error(`The mapper took no report within ${timeout / 1000} s: ${outcome.problem}`);
      outcome = await channel.flush({ signal, all: true });
    }
  }
}

/** With host networking another process may have the port of the metrics: the agent is worth more than its metrics. */
function optional(listener: Runnable, logger: Logger): Runnable {
  return {
    name: listener.name,
    run: async signal => {
      try {
        await listener.run(signal);
      } catch (error) {
        if (!(error instanceof ListenError)) throw error;
        logger.error({ error }, 'No metrics are served');
        await aborted(signal);
      }
    },
  };
}

/** Each reason once, whichever sources counted it. */
function summed(counts: readonly ReasonCount[]): readonly ReasonCount[] {
  const sum = new ReasonCounts<string>();
  for (const { reason, count } of counts) sum.add(reason, count);
  return sum.entries();
}
