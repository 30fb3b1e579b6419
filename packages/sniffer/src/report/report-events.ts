import type { ReporterEvents } from '@network-mapper/reporting';
import type { Logger } from '@network-mapper/runtime';
import type { SnifferMetrics } from '../metrics.ts';
import type { Evidence } from './reports.ts';

/** What became of reports, counted and logged. */
export class ReportEvents implements ReporterEvents<Evidence> {
  #reported = 0;
  #rejected = 0;
  readonly #logger: Logger;
  readonly #metrics: SnifferMetrics;

  constructor(logger: Logger, metrics: SnifferMetrics) {
    this.#logger = logger;
    this.#metrics = metrics;
  }

  /** Sightings that the mapper acknowledged. */
  get reported(): number {
    return this.#reported;
  }

  /** Sightings that the mapper refused for good. */
  get rejected(): number {
    return this.#rejected;
  }

  onReported(evidence: Evidence, sightings: number): void {
    this.#reported += sightings;
    this.#metrics.reported(evidence, sightings);
  }

  onRejected(evidence: Evidence, sightings: number, problem: string): void {
    this.#rejected += sightings;
    this.#metrics.rejected(evidence, sightings);
    this.#logger.error({ evidence, sightings, problem }, 'The mapper refused a sighting');
  }

  onTrouble(problem: string): void {
    this.#logger.error({ problem }, 'Failed to report; what was seen is kept and reported later');
  }

  onRecovered(): void {
    this.#logger.info('The mapper takes reports again');
  }
}
