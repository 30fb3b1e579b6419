import type { Evidence } from '@network-mapper/model';
import type { Logger } from '@network-mapper/runtime';
import type { ChannelEvents } from '../channel.ts';
import type { ReporterEvents } from '../reporter.ts';

/** What became of reports, counted and logged. */
export class ReportTotals implements ChannelEvents, ReporterEvents {
  readonly #logger: Logger;
  readonly #reported = new Map<Evidence, number>();
  readonly #rejected = new Map<Evidence, number>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Sightings that the mapper acknowledged. */
  get reported(): number {
    return sum(this.#reported);
  }

  /** Sightings that the mapper refused for good. */
  get rejected(): number {
    return sum(this.#rejected);
  }

  reportedBy(evidence: Evidence): number {
    return this.#reported.get(evidence) ?? 0;
  }

  rejectedBy(evidence: Evidence): number {
    return this.#rejected.get(evidence) ?? 0;
  }

  onReported(evidence: Evidence, sightings: number): void {
    this.#reported.set(evidence, this.reportedBy(evidence) + sightings);
  }

  onRejected(evidence: Evidence, sightings: number, problem: string): void {
    this.#rejected.set(evidence, this.rejectedBy(evidence) + sightings);
    this.#logger.error({ evidence, sightings, problem }, 'The mapper refused a sighting');
  }

  onTrouble(problem: string): void {
    this.#logger.error({ problem }, 'Failed to report; what was seen is kept and reported later');
  }

  onRecovered(): void {
    this.#logger.info('The mapper takes reports again');
  }
}

function sum(counts: ReadonlyMap<Evidence, number>): number {
  return counts.values().reduce((total, count) => total + count, 0);
}
