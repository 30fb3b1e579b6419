import type { Logger, Runnable } from '@network-mapper/runtime';
import type { ProcFiles } from '../procfs/proc-files.ts';
import type { SkipReason } from '../skip-reason.ts';
import type { RecordSighting } from './collector.ts';
import type { ListenerPods } from './listener-pods.ts';
import { OpenSockets } from './open-sockets.ts';
import { ScanPace } from './scan-pace.ts';
import type { Tally } from './tally.ts';

export interface SocketScanOptions {
  readonly proc: ProcFiles;
  readonly record: RecordSighting;
  readonly skipped: Tally<SkipReason>;
  readonly listenerPods: ListenerPods;
  readonly hostnameFiles: boolean;
  /** Milliseconds between two scans at least. */
  readonly interval: number;
  /** Share of one core that scanning may take, above 0 and up to 1. */
  readonly share: number;
  readonly onScanned: () => void;
  readonly logger: Logger;
}

const withoutPtrace =
  'Open sockets are reported without the hostname of their processes: give the sniffer the capability SYS_PTRACE.';

export interface SocketScan extends Runnable {
  /** Milliseconds of CPU that scans took since the start. */
  cost(): number;
}

/** Scans open sockets again and again, the first time at once, as often as the interval and its share of CPU allow. */
export function createSocketScan(options: SocketScanOptions): SocketScan {
  const { proc, interval, share, onScanned, logger } = options;
  const pace = new ScanPace(share);
  const sockets = new OpenSockets({ ...options, pace });

  return {
    name: 'the socket scan',
    cost: () => pace.cost,
    run: async signal => {
      let failed = false;
      let warned = false;
      do {
        try {
          await sockets.scan(signal);
          onScanned();
          if (proc.limited && !warned) logger.warn({ error: withoutPtrace }, 'Processes cannot be looked at');
          warned ||= proc.limited;
          failed = false;
        } catch (error) {
          if (!failed) logger.error({ error }, 'Failed to scan open sockets');
          failed = true;
        }
      } while (await pace.afterScan(interval, signal));
    },
  };
}
