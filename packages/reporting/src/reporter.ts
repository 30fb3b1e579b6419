import { after, backoff, type Runnable } from '@network-mapper/runtime';
import type { Alarm } from './alarm.ts';
import type { Channel } from './channel.ts';

export interface ReporterEvents {
  /** The first failure after a success; what failed is tried again. */
  readonly onTrouble: (problem: string) => void;
  readonly onRecovered: () => void;
}

export interface ReporterOptions {
  readonly channels: readonly Channel[];
  /** Milliseconds between reports. */
  readonly interval: number;
  /** Milliseconds the retries are apart at most. */
  readonly maxBackoff: number;
  /** Milliseconds the last report may take after the end was announced. */
  readonly shutdownTimeout: number;
  /** Rings when the mapper is back: then it is tried at once. */
  readonly alarm: Alarm;
  /** Called before the last report, to bring in what sources hold. */
  readonly drain: () => Promise<void> | void;
  readonly events: ReporterEvents;
}

/**
 * Reports what the channels' books hold until `signal` aborts, then once more what is left. While the mapper is
 * away the books keep and merge; tries are then ever farther apart, with a random part so that agents that lost
 * their mapper together do not come back together.
 */
export function createReporter(options: ReporterOptions): Runnable {
  const { channels, interval, maxBackoff, shutdownTimeout, alarm, drain, events } = options;
  let failures = 0;

  async function report(signal: AbortSignal, all: boolean): Promise<void> {
    for (const channel of channels) {
      const outcome = await channel.flush({ signal, all });
      if (outcome.kind !== 'retry') continue;
      if (failures++ === 0) events.onTrouble(outcome.problem);
      return;
    }
    if (failures > 0) events.onRecovered();
    failures = 0;
  }

  return {
    name: 'the reporter',
    run: async signal => {
      // A report that is on its way when the end is announced may still arrive: it is given up only some seconds later.
      const giveUp = new AbortController();
      signal.addEventListener('abort', () => after(shutdownTimeout, () => giveUp.abort()), { once: true });
      do await report(giveUp.signal, false);
      while (
        await alarm.wait(
          failures === 0 ? interval : backoff(failures, { first: 2 * interval, max: maxBackoff }),
          signal,
        )
      );
      await drain();
      await report(giveUp.signal, true);
    },
  };
}
