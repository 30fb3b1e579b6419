import { backoff, pause, type Logger, type Runnable } from '@network-mapper/runtime';
import type { CloudClient } from './cloud-client.ts';

/**
 * Reports to the cloud at once and at intervals that this mapper runs: the first to fail where it cannot be reached.
 */
export function createStatusReport(parts: {
  readonly client: CloudClient;
  /** Milliseconds. */
  readonly interval: number;
  readonly logger: Logger;
  readonly wait?: typeof pause;
}): Runnable {
  const { client, interval, logger, wait = pause } = parts;
  return {
    name: 'the status report to the cloud',
    run: async signal => {
      let failures = 0;
      do {
        try {
          await client.send('ReportComponentStatus', '{"component":"NETWORK_MAPPER"}', signal);
          if (failures !== 0) logger.info('the cloud takes reports again');
          failures = 0;
        } catch (error) {
          if (signal.aborted) return;
          if (failures++ === 0) logger.error({ error }, 'the cloud takes no reports: they are tried again');
        }
      } while (await wait(failures === 0 ? interval : backoff(failures, { first: 500, max: interval }), signal));
    },
  };
}
