import type { AgentStatus } from '@network-mapper/api';

/** How an agent fares, as it said last. Times are milliseconds since the epoch. */
export interface AgentReport extends Omit<AgentStatus, 'startedAt'> {
  readonly startedAt: number;
  readonly lastSeen: number;
}

/** Agents that are remembered: more than a cluster has nodes. */
const mostAgents = 20_000;

/** The agents that said how they fare. */
export class Agents {
  readonly #reports = new Map<string, AgentReport>();

  add(report: AgentReport): void {
    const key = `${report.kind} ${report.name}`;
    this.#reports.delete(key);
    this.#reports.set(key, report);
    if (this.#reports.size <= mostAgents) return;
    for (const oldest of this.#reports.keys()) {
      this.#reports.delete(oldest);
      return;
    }
  }

  /** In the order of kind and name. */
  all(): readonly AgentReport[] {
    return [...this.#reports].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, report]) => report);
  }
}
