import type { SockDiag } from '@network-mapper/pcap';
import { ReasonCounts } from '@network-mapper/model';
import type { Source } from '@network-mapper/reporting';
import { createSocketScanner } from './collect/sockets/socket-scanner.ts';
import { registerScanMetrics } from './metrics.ts';
import type { SourceParts } from './packet-source.ts';
import type { ControlGroups } from './procfs/control-groups.ts';
import { ProcFiles } from './procfs/proc-files.ts';
import type { SkipReason } from './skip-reason.ts';

export interface SocketSourceParts extends SourceParts {
  readonly groups: ControlGroups;
  readonly sockets: SockDiag | undefined;
}

/** The open sockets of the node's network namespaces; undefined when they are not wanted. */
export function openSocketSource(parts: SocketSourceParts): Source | undefined {
  const { config, logger, intake, listenerPods, syns, groups, sockets } = parts;
  if (!config.sockets) return undefined;
  const skipped = new ReasonCounts<SkipReason>();
  const scanner = createSocketScanner({
    proc: new ProcFiles(config.hostProc),
    record: sighting => intake.record(listenerPods.withServerPod(sighting)),
    skipped,
    listenerPods,
    groups,
    sockets,
    opened: ends => syns.has(ends),
    dnsPorts: config.dnsPorts,
    hostnameFiles: config.hostnameFiles,
    interval: config.scanInterval,
    share: config.scanShare / 100,
    onScanned: () => scanned(),
    logger,
  });
  const scanned = registerScanMetrics({ registry: intake.registry, cost: () => scanner.cost() });
  return { name: scanner.name, run: signal => scanner.run(signal), skipped: () => skipped.entries() };
}
