import { operations, type AgentStatus } from '@network-mapper/api';
import type { Runnable } from '@network-mapper/runtime';
import type { Alarm } from '../alarm.ts';
import type { MapperLink } from '../link/mapper-link.ts';

export interface StatusReporterOptions {
  readonly link: MapperLink;
  readonly status: () => AgentStatus;
  /** Milliseconds between two. */
  readonly interval: number;
  /** Milliseconds until another try while the mapper is away. */
  readonly retry: number;
  /** Rings when the mapper is another one. */
  readonly alarm: Alarm;
}

/** Reports how the agent fares: at the start, to every new mapper, and once every `interval`. */
export function createStatusReporter({ link, status, interval, retry, alarm }: StatusReporterOptions): Runnable {
  return {
    name: 'the status reporter',
    run: async signal => {
      let outcome;
      do {
        outcome = await link.reportExtended(
          { ...operations.reportAgentStatus, variables: () => ({ status: status() }) },
          signal,
        );
      } while (await alarm.wait(outcome.kind === 'accepted' ? interval : retry, signal));
    },
  };
}
