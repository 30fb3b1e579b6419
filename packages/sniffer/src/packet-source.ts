import { createCollectors, type PacketPath } from '@network-mapper/packets';
import { PcapError } from '@network-mapper/pcap';
import type { AgentIntake, Source } from '@network-mapper/reporting';
import { aborted, every, TimeSlice, type Logger, wallTime } from '@network-mapper/runtime';
import { noCounts, type CaptureCounts } from './capture/capture-counts.ts';
import { LiveSource } from './capture/live-source.ts';
import type { ListenerPods } from './collect/sockets/listener-pods.ts';
import type { RecentSyns } from './collect/sockets/recent-syns.ts';
import type { HostCallers } from './collect/sockets/host-callers.ts';
import { registerPacketMetrics } from './metrics.ts';
import type { SnifferConfig } from './options.ts';

export interface SourceParts {
  readonly config: SnifferConfig;
  readonly logger: Logger;
  readonly intake: AgentIntake;
  readonly listenerPods: ListenerPods;
  readonly syns: RecentSyns;
  /** Absent where the kernel does not say who called. */
  readonly callers: HostCallers | undefined;
}

/** Milliseconds between two times that what was captured is handed over to be reported. */
const emitInterval = 200;
/** Sightings of one kind of evidence that are handed over at once: some milliseconds. */
const emittedAtOnce = 256;

/**
 * Packets of the node's interfaces; undefined when they are not wanted. Where they cannot be had, the source's problem
 * says why.
 */
export function openPacketSource(parts: SourceParts): Source | undefined {
  const { config, intake, listenerPods, callers } = parts;
  const counts = (): CaptureCounts => (capture instanceof LiveSource ? capture.counts() : noCounts);
  const collectors = createCollectors({
    ...parts,
    record: sighting => intake.record(listenerPods.withServerPod(sighting)),
    lost: () => counts().dropped,
    callerOf: callers === undefined ? undefined : (client, called) => callers.podUid(client, called),
  });
  const { path, undecodable, skipped } = collectors;
  const { filter } = path;
  if (filter === undefined) return undefined;
  const capture = openCapture({ ...parts, filter, path });
  registerPacketMetrics({ registry: intake.registry, collectors, counts });
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
    undecodable: () => undecodable.entries(),
    skipped: () => skipped.entries(),
    drain: async () => {
      if (!(capture instanceof PcapError)) await capture.readLast();
      path.emitDue(Infinity);
    },
    run: async signal => {
      if (capture instanceof PcapError) return aborted(signal);
      await Promise.all([capture.run(signal), every(emitInterval, () => emitAll(path), signal)]);
    },
  };
}

/** A little at a time: no turn of the event loop has much of it. */
async function emitAll(path: PacketPath): Promise<void> {
  const slice = new TimeSlice({ length: 0 });
  while (path.emitDue(wallTime(), { most: emittedAtOnce })) await slice.next();
}

interface CaptureParts extends SourceParts {
  readonly filter: string;
  readonly path: PacketPath;
}

function openCapture({ config, logger, filter, path }: CaptureParts): LiveSource | PcapError {
  try {
    return new LiveSource({
      device: config.device,
      filter,
      consume: (frame, linkType) => path.consume(frame, linkType),
      logger,
    });
  } catch (error) {
    if (!(error instanceof PcapError)) throw error;
    logger.error({ error }, 'No packets are taken in');
    return error;
  }
}
