import type { Source } from '@network-mapper/reporting';
import { createSocketScan } from './collect/socket-scan.ts';
import { Tally } from './collect/tally.ts';
import { registerScanMetrics } from './metrics.ts';
import type { SourceParts } from './packet-source.ts';
import { ProcFiles } from './procfs/proc-files.ts';
import type { SkipReason } from './skip-reason.ts';
import { toSighting } from './to-sighting.ts';

/** The open sockets of the node's network namespaces; undefined when they are not wanted. */
export function openSocketSource({ config, logger, intake, listenerPods }: SourceParts): Source | undefined {
  if (!config.sockets) return undefined;
  const skipped = new Tally<SkipReason>();
  const scan = createSocketScan({
    proc: new ProcFiles(config.hostProc),
    record: noticed => intake.record(toSighting('SOCKET', listenerPods.complete(noticed))),
    skipped,
    listenerPods,
    hostnameFiles: config.hostnameFiles,
    interval: config.scanInterval,
    share: config.scanShare / 100,
    onScanned: () => scanned(),
    logger,
  });
  const scanned = registerScanMetrics({ registry: intake.registry, cost: () => scan.cost() });
  return { name: scan.name, run: signal => scan.run(signal), skipped: () => skipped.entries() };
}
