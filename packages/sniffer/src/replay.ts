import type { AgentIntake } from '@network-mapper/reporting';
import type { Logger } from '@network-mapper/runtime';
import { readCaptureFile } from './capture/capture-file.ts';
import type { FrameConsumer } from './capture/packet-source.ts';
import { ListenerPods } from './collect/listener-pods.ts';
import type { PacketCollectors } from './collect/packet-collectors.ts';
import type { SnifferConfig } from './options.ts';
import { createCollectors } from './packet-source.ts';
import { createSnifferAgent } from './sniffer.ts';

export interface ReplayOptions {
  readonly config: SnifferConfig;
  readonly logger: Logger;
  readonly file: string;
  /** Report as if the last packet of the file was captured just now, for a cluster that is younger than the file. */
  readonly asIfNow: boolean;
}

/** Packets between two looks at what is settled. */
const settleEvery = 1_000;

/**
 * Reads a capture file as if its packets came from the node's interfaces, and reports what they tell. Throws when the
 * file is no capture file, or when the mapper takes no report within the time that a call may take.
 */
export async function replay({ config, logger, file, asIfNow }: ReplayOptions): Promise<void> {
  const { promise: opened, resolve } = Promise.withResolvers<AgentIntake>();
  const agent = createSnifferAgent({ config, logger, sources: intake => (resolve(intake), []) });
  const collectors = createCollectors({ config, intake: await opened, listenerPods: new ListenerPods() });
  const shift = asIfNow ? Date.now() - (await newestTime(file)) : 0;
  const end = await readCaptureFile(file, consumeShifted(collectors, shift));
  if (end.kind === 'damaged') logger.warn({ file, problem: end.problem }, 'The capture file breaks off');
  collectors.settle(Infinity);

  await agent.reportAll();
  const { frames: packets, undecodable, skipped } = collectors;
  const { reported, rejected } = agent.totals;
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

function consumeShifted(collectors: PacketCollectors, shift: number): FrameConsumer {
  return (frame, linkType) => {
    collectors.consume({ ...frame, time: frame.time + shift }, linkType);
    if (collectors.frames % settleEvery === 0) collectors.settle(frame.time + shift);
  };
}
