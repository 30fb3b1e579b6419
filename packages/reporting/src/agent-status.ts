import { operations, type AgentStatus } from '@network-mapper/api';
import { pause, type Runnable } from '@network-mapper/runtime';
import type { MapperLink } from './mapper-link.ts';

export interface AgentStatusOptions {
  readonly link: MapperLink;
  readonly status: () => AgentStatus;
  /** Milliseconds between two. */
  readonly interval: number;
  /** Milliseconds until another try while the mapper is away. */
  readonly retry: number;
}

/** Tells the mapper how the agent fares: at the start and then once every `interval`. */
export function createStatusReporter({ link, status, interval, retry }: AgentStatusOptions): Runnable {
  return {
    name: 'the status reporter',
    run: async signal => {
      let outcome;
      do {
        outcome = await link.reportExtended(
          { ...operations.reportAgentStatus, variables: () => ({ status: status() }) },
          signal,
        );
      } while (await pause(outcome.kind === 'accepted' ? interval : retry, signal));
    },
  };
}
