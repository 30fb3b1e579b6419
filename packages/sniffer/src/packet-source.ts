import { PcapError } from '@network-mapper/pcap';
import type { AgentIntake, Source } from '@network-mapper/reporting';
import { aborted, every, TimeSlice, type Logger } from '@network-mapper/runtime';
import { captureFilter } from './capture/filter.ts';
import { LiveSource } from './capture/live-source.ts';
import { noCounts } from './capture/packet-source.ts';
import { PacketCollectors } from './collect/packet-collectors.ts';
import type { ListenerPods } from './collect/listener-pods.ts';
import { registerPacketMetrics } from './metrics.ts';
import type { SnifferConfig } from './options.ts';
import { toSighting } from './to-sighting.ts';

export interface SourceParts {
  readonly config: SnifferConfig;
  readonly logger: Logger;
  readonly intake: AgentIntake;
  readonly listenerPods: ListenerPods;
}

/** Milliseconds between two times that what was captured is handed over to be reported. */
const settleInterval = 200;
/** Sightings of one kind of evidence that are handed over at once: some milliseconds. */
const settledAtOnce = 256;

/** Packets of the node's interfaces; undefined when they are not wanted. Where they cannot be had, the source's problem says why. */
export function openPacketSource(parts: SourceParts): Source | undefined {
  const { config } = parts;
  const filter = captureFilter({ dns: config.dns, tcp: config.tcp });
  if (filter === undefined) return undefined;
  const collectors = createCollectors(parts);
  const capture = openCapture({ ...parts, filter, collectors });
  const counts = capture instanceof PcapError ? () => noCounts : () => capture.counts();
  registerPacketMetrics({ registry: parts.intake.registry, collectors, counts });
  return {
    name: 'the capture of packets',
    problem: () => {
      if (capture instanceof PcapError) return `No packets are taken in: ${capture.message}`;
      return capture.isOpen ? undefined : `No packets are taken in: there is no interface ${config.device}.`;
    },
    counts: () => {
      const { received: captured, dropped, droppedByInterface } = counts();
      return { captured, dropped, droppedByInterface };
    },
    undecodable: () => collectors.undecodable.entries(),
    skipped: () => collectors.skipped.entries(),
    drain: async () => {
      if (!(capture instanceof PcapError)) await capture.readLast();
      collectors.settle(Infinity);
    },
    run: async signal => {
      if (capture instanceof PcapError) return aborted(signal);
      await Promise.all([capture.run(signal), every(settleInterval, () => settle(collectors), signal)]);
    },
  };
}

export function createCollectors({ config, intake, listenerPods }: Omit<SourceParts, 'logger'>): PacketCollectors {
  const { record } = intake;
  return new PacketCollectors({
    ...(config.dns ? { recordDns: noticed => record(toSighting('DNS', noticed)) } : {}),
    ...(config.tcp ? { recordTcp: noticed => record(toSighting('TCP', listenerPods.complete(noticed))) } : {}),
    handOverEvery: config.refreshInterval,
  });
}

/** A little at a time: no turn of the event loop has much of it. */
async function settle(collectors: PacketCollectors): Promise<void> {
  const slice = new TimeSlice({ length: 0 });
  while (collectors.settle(Date.now(), { most: settledAtOnce })) await slice.next();
}

interface CaptureParts extends SourceParts {
  readonly filter: string;
  readonly collectors: PacketCollectors;
}

function openCapture({ config, logger, filter, collectors }: CaptureParts): LiveSource | PcapError {
  try {
    return new LiveSource({
      device: config.device,
      filter,
      consume: (frame, linkType) => collectors.consume(frame, linkType),
      logger,
    });
  } catch (error) {
    if (!(error instanceof PcapError)) throw error;
    logger.error({ error }, 'No packets are taken in');
    return error;
  }
}
