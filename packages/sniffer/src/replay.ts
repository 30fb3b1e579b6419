import { createCollectors, readCaptureFile, type FrameConsumer, type PacketPath } from '@network-mapper/packets';
import type { AgentIntake } from '@network-mapper/reporting';
import { wallTime, type Logger } from '@network-mapper/runtime';
import type { SnifferConfig } from './options.ts';
import { createSnifferAgent } from './sniffer.ts';

export interface ReplayOptions {
  readonly config: SnifferConfig;
  readonly logger: Logger;
  readonly file: string;
  /** Report as if the last packet of the file was captured just now, for a cluster that is younger than the file. */
  readonly asIfNow: boolean;
}

/** Packets between two looks at what is due. */
const emitEvery = 1_000;

/**
 * Reads a capture file as if its packets came from the node's interfaces, and reports what they say. Throws when the
 * file is no capture file, or when the mapper takes no report within the time that a call may take.
 */
export async function replay({ config, logger, file, asIfNow }: ReplayOptions): Promise<void> {
  const { promise: opened, resolve } = Promise.withResolvers<AgentIntake>();
  const agent = createSnifferAgent({ config, logger, sources: intake => (resolve(intake), []) });
  const { record } = await opened;
  const { path, undecodable, skipped } = createCollectors({ config, record, lost: () => 0 });
  const shift = asIfNow ? wallTime() - (await newestTime(file)) : 0;
  const end = await readCaptureFile(file, consumeShifted(path, shift));
  if (end.kind === 'damaged') logger.warn({ file, problem: end.problem }, 'The capture file breaks off');
  path.emitDue(Infinity);

  await agent.reportAll();
  const { reported, rejected } = agent.totals;
  logger.info(
    { file, packets: path.frames, undecodable: undecodable.entries(), skipped: skipped.entries(), reported, rejected },
    'The capture file was read and reported',
  );
}

async function newestTime(file: string): Promise<number> {
  let newest = 0;
  await readCaptureFile(file, ({ time }) => (newest = Math.max(newest, time)));
  return newest;
}

function consumeShifted(path: PacketPath, shift: number): FrameConsumer {
  return (frame, linkType) => {
    path.consume({ ...frame, time: frame.time + shift }, linkType);
    if (path.frames % emitEvery === 0) path.emitDue(frame.time + shift);
  };
}
