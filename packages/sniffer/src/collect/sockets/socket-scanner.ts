import type { Logger, Runnable } from '@network-mapper/runtime';
import type { ControlGroups } from '../../procfs/control-groups.ts';
import type { ProcFiles } from '../../procfs/proc-files.ts';
import type { SkipReason } from '../../skip-reason.ts';
import type { RecordSighting } from '@network-mapper/packets';
import type { ReasonCounts } from '@network-mapper/model';
import { CpuBudget } from './cpu-budget.ts';
import type { ListenerPods } from './listener-pods.ts';
import { NamespaceScanner } from './namespace-scanner.ts';
import type { Ends } from './recent-syns.ts';
import type { HeldSockets } from './socket-owners.ts';

export interface SocketScannerOptions {
  readonly proc: ProcFiles;
  readonly record: RecordSighting;
  readonly skipped: ReasonCounts<SkipReason>;
  readonly listenerPods: ListenerPods;
  readonly groups: ControlGroups;
  /** Sockets of the node's namespace, asked of the kernel; absent where it does not know. */
  readonly sockets: HeldSockets | undefined;
  readonly hostnameFiles: boolean;
  /** Whether a SYN was seen lately from one end to the other. */
  readonly opened: (ends: Ends) => boolean;
  /** UDP sockets to them are lookups. */
  readonly dnsPorts: readonly number[];
  /** Milliseconds between two scans at least. */
  readonly interval: number;
  /** Share of one core that scanning may take, above 0 and up to 1. */
  readonly share: number;
  readonly onScanned: () => void;
  readonly logger: Logger;
}

const withoutPtrace =
  'Open sockets are reported without the hostname of their processes: give the sniffer the capability SYS_PTRACE.';

export interface SocketScanner extends Runnable {
  /** Milliseconds of CPU that scans took since the start. */
  cost(): number;
}

/** Scans open sockets again and again, the first time at once, as often as the interval and its share of CPU allow. */
export function createSocketScanner(options: SocketScannerOptions): SocketScanner {
  const { proc, interval, share, onScanned, logger } = options;
  const budget = new CpuBudget(share);
  const scanner = new NamespaceScanner({ ...options, budget });

  return {
    name: 'the socket scan',
    cost: () => budget.cost,
    run: async signal => {
      let failed = false;
      let warned = false;
      do {
        try {
          await scanner.scan(signal);
          onScanned();
          if (proc.limited && !warned) logger.warn({ error: withoutPtrace }, 'Processes cannot be looked at');
          warned ||= proc.limited;
          failed = false;
        } catch (error) {
          if (!failed) logger.error({ error }, 'Failed to scan open sockets');
          failed = true;
        }
      } while (await budget.restAfterScan(interval, signal));
    },
  };
}
