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

interface Named {
  readonly name: string;
  readonly help: string;
}

type Labelled = Iterable<readonly [label: string, value: number]>;

/**
 * Everything is counted elsewhere, and read when the metrics are. The numbers of acknowledged sightings have the
 * original's names.
 */
export function registerAgentMetrics({ registry, prefix, books, totals, sources }: AgentMetricsParts): void {
  const registers = [registry];
  const counter = ({ name, help }: Named, value: () => number): void => {
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
  const byLabel = ({ name, help, label }: Named & { readonly label: string }, values: () => Labelled): void => {
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
  const perBook = ({ name, help }: Named, value: (book: Book) => number): void => {
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
    const name = `${evidenceKinds[evidence].counter}_reported_connections`;
    const help = `Sightings by ${evidence} that the mapper acknowledged.`;
    counter({ name, help }, () => totals.reportedBy(evidence));
  }
  const refused = 'Sightings that the mapper refused for good.';
  byLabel({ name: 'rejected_sightings_total', help: refused, label: 'evidence' }, () =>
    byEvidence(evidence => totals.rejectedBy(evidence)),
  );
  const evicted = 'Sightings given up before they were acknowledged, for want of room.';
  byLabel({ name: 'sightings_evicted_total', help: evicted, label: 'evidence' }, () =>
    byEvidence(evidence => books.get(evidence)?.evicted ?? 0),
  );
  perBook({ name: 'sightings_held', help: 'Sightings held, acknowledged or not.' }, book => book.size);
  perBook(
    { name: 'sightings_waiting', help: 'Sightings that the mapper did not acknowledge yet.' },
    book => book.unacknowledged,
  );
  byLabel({ name: 'skipped_total', help: 'What was seen and not reported.', label: 'reason' }, skipped);
}
