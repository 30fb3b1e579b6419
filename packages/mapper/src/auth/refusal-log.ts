import type { Logger } from '@network-mapper/runtime';
import type { AuthMode } from './access.ts';

export interface RefusalLogOptions {
  readonly logger: Logger;
  readonly mode: AuthMode;
  /** Counts every refusal. */
  readonly count: () => void;
}

/** Different refusals that are logged: names come from outside. */
const most = 100;

/** Logs each kind of refusal once, and counts all. */
export function createRefusalLog({ logger, mode, count }: RefusalLogOptions): (problem: string) => void {
  const logged = new Set<string>();
  const message =
    mode === 'required' ? 'a caller is refused' : 'a caller would be refused with OTTERIZE_API_AUTH=required';
  return problem => {
    count();
    if (logged.has(problem) || logged.size >= most) return;
    logged.add(problem);
    logger.warn({ problem }, message);
  };
}
