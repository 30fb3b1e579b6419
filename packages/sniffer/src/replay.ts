import { pause, type Logger } from '@network-mapper/runtime';
import { readCaptureFile } from './capture/capture-file.ts';
import { noCounts, type FrameConsumer } from './capture/frame.ts';
import { createCollectors, type Collectors } from './collect/create-collectors.ts';
import { ReasonCounts } from './collect/reason-counts.ts';
import { createMetrics } from './metrics.ts';
import type { SnifferConfig } from './options.ts';
import { ReportEvents } from './report/report-events.ts';
import { createReports, type Reports } from './report/reports.ts';

export interface ReplayOptions {
  readonly config: SnifferConfig;
  readonly logger: Logger;
  readonly file: string;
  /** Report as if the last packet of the file was captured just now, for a cluster that is younger than the file. */
  readonly asIfNow: boolean;
}

/** Milliseconds between two tries to report. */
const retryAfter = 1_000;
/** Packets between two looks at what is settled. */
const settleEvery = 1_000;

/**
 * Reads a capture file as if its packets came from the node's interfaces, and reports what they tell. Throws when the
 * file is no capture file, or when the mapper takes no report within the time that a call may take.
 */
export async function replay({ config, logger, file, asIfNow }: ReplayOptions): Promise<void> {
  const reports = createReports(config);
  const { books } = reports;
  const collectors = createCollectors({
    config,
    record: sighting => (sighting.evidence === 'DNS' ? books.dns : books.tcp).record(sighting),
    lost: () => 0,
    skipped: new ReasonCounts(),
  });
  const shift = asIfNow ? Date.now() - (await newestTime(file)) : 0;
  const end = await readCaptureFile(file, consumeShifted(collectors, shift));
  if (end.kind === 'damaged') logger.warn({ file, problem: end.problem }, 'The capture file breaks off');
  collectors.path.emitDue(Infinity);

  const metrics = createMetrics({ collectors, counts: () => noCounts, books, scanCost: () => 0 });
  const events = new ReportEvents(logger, metrics);
  await reportAll(reports, { events, timeout: config.callsTimeout });
  const {
    path: { frames: packets },
    undecodable,
    skipped,
  } = collectors;
  const { reported, rejected } = events;
  logger.info(
    { file, packets, undecodable: undecodable.entries(), skipped: skipped.entries(), reported, rejected },
    'The capture file was read and reported',
  );
}

async function newestTime(file: string): Promise<number> {
  let newest = 0;
  await readCaptureFile(file, ({ time }) => (newest = Math.max(newest, time)));
  return newest;
}

function consumeShifted(collectors: Collectors, shift: number): FrameConsumer {
  return (frame, linkType) => {
    collectors.path.consume({ ...frame, time: frame.time + shift }, linkType);
    if (collectors.path.frames % settleEvery === 0) collectors.path.emitDue(frame.time + shift);
  };
}

interface ReportAllOptions {
  readonly events: ReportEvents;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Tries until everything is told. */
async function reportAll({ channels }: Reports, { events, timeout }: ReportAllOptions): Promise<void> {
  const signal = AbortSignal.timeout(timeout);
  const clock = (): number => performance.now();
  for (const channel of channels) {
    let outcome = await channel.flush({ clock, signal, all: true, events });
    while (outcome.kind !== 'accepted') {
      events.onTrouble(outcome.problem);
      if (!(await pause(retryAfter, signal))) {
        throw new Error(`The mapper took no report within ${timeout / 1000} s: ${outcome.problem}`);
      }
      outcome = await channel.flush({ clock, signal, all: true, events });
    }
  }
}
