import { hostname } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AgentStatus } from '@network-mapper/api';
import { createMapperProbe, createReporter, createStatusReporter } from '@network-mapper/reporting';
import {
  aborted,
  createHealthListener,
  createMetricsListener,
  every,
  ListenError,
  type Logger,
  type Runnable,
} from '@network-mapper/runtime';
import { PcapError } from '@network-mapper/pcap';
import { LiveSource } from './capture/live-source.ts';
import { noCounts, type CaptureCounts } from './capture/frame.ts';
import { createCollectors, type Collectors } from './collect/create-collectors.ts';
import { ReasonCounts } from './collect/reason-counts.ts';
import { ListenerPods } from './collect/sockets/listener-pods.ts';
import { RecentSyns } from './collect/sockets/recent-syns.ts';
import { createSocketScanner } from './collect/sockets/socket-scanner.ts';
import type { SkipReason } from './skip-reason.ts';
import { createMetrics } from './metrics.ts';
import type { SnifferConfig } from './options.ts';
import { ProcFiles } from './procfs/proc-files.ts';
import { ReportEvents } from './report/report-events.ts';
import { createReports } from './report/reports.ts';

export interface SnifferOptions {
  readonly config: SnifferConfig;
  readonly logger: Logger;
  readonly version: string;
}

/** Milliseconds between two status reports, and between tries while the mapper is away. */
const statusInterval = 60_000;
const statusRetry = 5_000;
/** Milliseconds between questions whether the mapper was replaced. */
const probeInterval = 5_000;
/** Milliseconds between tries to report while the mapper is away, at most. */
const longestPause = 60_000;
/** Milliseconds between two times that what was captured is handed over to be reported. */
const settleInterval = 200;
/** Sightings of one kind of evidence that are handed over in one turn of the event loop: some milliseconds. */
const settledPerTurn = 256;
/** Milliseconds the last report may take once the end was announced. */
const farewell = 5_000;

/** The sniffer of a node: packets and open sockets in, reports to the mapper out. */
export function createSniffer({ config, logger, version }: SnifferOptions): readonly Runnable[] {
  const startedAt = new Date().toISOString();
  const clock = (): number => performance.now();
  const { link, books, channels } = createReports(config);
  const listenerPods = new ListenerPods();
  const skipped = new ReasonCounts<SkipReason>();
  const syns = new RecentSyns();
  const collectors = createCollectors({
    config,
    record: sighting =>
      (sighting.evidence === 'DNS' ? books.dns : books.tcp).record(listenerPods.withServerPod(sighting)),
    lost: () => counts().dropped,
    skipped,
    syns,
  });
  const capture: LiveSource | undefined = openCapture({ config, logger, collectors });
  const counts = (): CaptureCounts => capture?.counts() ?? noCounts;
  const metrics = createMetrics({ collectors, counts, books, scanCost: () => scan?.cost() ?? 0 });
  const scan = config.sockets
    ? createSocketScanner({
        proc: new ProcFiles(config.hostProc),
        record: sighting => books.socket.record(listenerPods.withServerPod(sighting)),
        skipped,
        listenerPods,
        opened: ends => syns.has(ends),
        dnsPorts: config.dnsPorts,
        hostnameFiles: config.hostnameFiles,
        interval: config.scanInterval,
        share: config.scanShare / 100,
        onScanned: metrics.scanned,
        logger,
      })
    : undefined;
  if (capture === undefined && scan === undefined) {
    throw new Error('Nothing to do: neither packets nor open sockets can be taken in.');
  }
  const events = new ReportEvents(logger, metrics);
  logger.info({ version, packets: capture !== undefined, sockets: scan !== undefined }, 'Sniffing');

  const status = (): AgentStatus => ({
    kind: 'sniffer',
    name: config.nodeName === '' ? hostname() : config.nodeName,
    version,
    startedAt,
    captured: counts().received,
    dropped: counts().dropped,
    droppedByInterface: counts().droppedByInterface,
    undecodable: collectors.undecodable.entries(),
    skipped: collectors.skipped.entries(),
    reported: events.reported,
    lost: events.rejected + books.dns.evicted + books.tcp.evicted + books.socket.evicted,
  });

  return [
    createHealthListener({ port: config.healthPort, check: () => ({ ok: true }) }),
    optional(createMetricsListener({ port: config.metricsPort, registry: metrics.registry }), logger),
    ...(capture === undefined ? [] : [capture]),
    ...(scan === undefined ? [] : [scan]),
    createSettler(collectors),
    createReporter({
      channels,
      interval: config.reportInterval,
      longestPause,
      farewell,
      clock,
      gather: async ({ final }) => {
        if (!final) return;
        await capture?.readLast();
        collectors.path.emitDue(Infinity);
      },
      events,
    }),
    createStatusReporter({ link, status, interval: statusInterval, retry: statusRetry }),
    createMapperProbe({ link, interval: probeInterval }),
  ];
}

/** The capture, or nothing when it is not wanted or not possible: then the reason is logged, and the rest goes on. */
function openCapture({ config, logger, collectors }: CaptureOptions): LiveSource | undefined {
  const { filter } = collectors.path;
  if (filter === undefined) return undefined;
  try {
    return new LiveSource({
      device: config.device,
      filter,
      consume: (frame, linkType) => collectors.path.consume(frame, linkType),
      logger,
    });
  } catch (error) {
    if (!(error instanceof PcapError)) throw error;
    logger.error({ error }, 'No packets are taken in');
    return undefined;
  }
}

/** Hands over what collectors hold, a little at a time: no turn of the event loop has much of it. */
function createSettler(collectors: Collectors): Runnable {
  const settle = async (): Promise<void> => {
    while (collectors.path.emitDue(Date.now(), { most: settledPerTurn })) await nextTurn();
  };
  return { name: 'the settling of what was captured', run: signal => every(settleInterval, settle, signal) };
}

interface CaptureOptions {
  readonly config: SnifferConfig;
  readonly logger: Logger;
  readonly collectors: Collectors;
}

/** With host networking another process may have the port of the metrics: the sniffer is worth more than its metrics. */
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
