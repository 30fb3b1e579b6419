import { evidenceKinds, type Evidence } from '@network-mapper/model';
import { Counter, Gauge, type Registry } from '@network-mapper/runtime';
import type { Book } from '../book.ts';
import type { ReportTotals } from './report-totals.ts';
import type { Source } from './source.ts';

export interface AgentMetricsParts {
  readonly registry: Registry;
  /** What the names begin with, e.g. `sniffer`. */
  readonly prefix: string;
  readonly books: ReadonlyMap<Evidence, Book>;
  readonly totals: ReportTotals;
  readonly sources: readonly Source[];
}

type Labelled = Iterable<readonly [label: string, value: number]>;

/** Everything is counted elsewhere, and read when the metrics are. The numbers of acknowledged sightings have the original's names. */
export function registerAgentMetrics({ registry, prefix, books, totals, sources }: AgentMetricsParts): void {
  const registers = [registry];
  const counter = (name: string, help: string, value: () => number): void => {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  };
  const byLabel = (name: string, { help, label }: { help: string; label: string }, values: () => Labelled): void => {
    new Counter({
      name: `${prefix}_${name}`,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        for (const [key, value] of values()) this.inc({ [label]: key }, value);
      },
    });
  };
  const perBook = (name: string, help: string, value: (book: Book) => number): void => {
    new Gauge({
      name: `${prefix}_${name}`,
      help,
      labelNames: ['evidence'],
      registers,
      collect() {
        for (const [evidence, book] of books) this.set({ evidence: label(evidence) }, value(book));
      },
    });
  };
  const label = (evidence: Evidence): string => evidence.toLowerCase();
  const byEvidence = (value: (evidence: Evidence) => number): Labelled =>
    [...books.keys()].map(evidence => [label(evidence), value(evidence)]);
  const skipped = (): Labelled =>
    sources.flatMap(source => source.skipped?.() ?? []).map(({ reason, count }) => [reason, count]);

  for (const evidence of books.keys()) {
    counter(
      `${evidenceKinds[evidence].counter}_reported_connections`,
      `Sightings by ${evidence} that the mapper acknowledged.`,
      () => totals.reportedBy(evidence),
    );
  }
  byLabel('rejected_sightings_total', { help: 'Sightings that the mapper refused for good.', label: 'evidence' }, () =>
    byEvidence(evidence => totals.rejectedBy(evidence)),
  );
  byLabel(
    'sightings_evicted_total',
    { help: 'Sightings given up before they were acknowledged, for want of room.', label: 'evidence' },
    () => byEvidence(evidence => books.get(evidence)?.evicted ?? 0),
  );
  perBook('sightings_held', 'Sightings held, acknowledged or not.', book => book.size);
  perBook('sightings_waiting', 'Sightings that the mapper did not acknowledge yet.', book => book.unacknowledged);
  byLabel('skipped_total', { help: 'What was seen and not reported.', label: 'reason' }, skipped);
}
