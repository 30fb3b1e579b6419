import { ReasonCounts, type Source } from '@network-mapper/reporting';
import { createSocketScanner } from './collect/sockets/socket-scanner.ts';
import { registerScanMetrics } from './metrics.ts';
import type { SourceParts } from './packet-source.ts';
import { ProcFiles } from './procfs/proc-files.ts';
import type { SkipReason } from './skip-reason.ts';

/** The open sockets of the node's network namespaces; undefined when they are not wanted. */
export function openSocketSource({ config, logger, intake, listenerPods, syns }: SourceParts): Source | undefined {
  if (!config.sockets) return undefined;
  const skipped = new ReasonCounts<SkipReason>();
  const scanner = createSocketScanner({
    proc: new ProcFiles(config.hostProc),
    record: sighting => intake.record(listenerPods.withServerPod(sighting)),
    skipped,
    listenerPods,
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
