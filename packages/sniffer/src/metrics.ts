import type { ReasonCount } from '@network-mapper/api';
import { Counter, createRegistry, Gauge, type Registry } from '@network-mapper/runtime';
import type { CaptureCounts } from './capture/frame.ts';
import type { Collectors } from './collect/create-collectors.ts';
import type { Evidence } from './report/reports.ts';

export interface WatchedBook {
  readonly size: number;
  readonly waiting: number;
  readonly evicted: number;
}

export interface MetricsSources {
  readonly collectors: Collectors;
  readonly counts: () => CaptureCounts;
  readonly books: Readonly<Record<Evidence, WatchedBook>>;
  /** Milliseconds of CPU. */
  readonly scanCost: () => number;
}

export interface SnifferMetrics {
  readonly registry: Registry;
  readonly reported: (evidence: Evidence, sightings: number) => void;
  readonly rejected: (evidence: Evidence, sightings: number) => void;
  readonly scanned: () => void;
}

/** On every node: at the usual 10 ms this timer alone takes as much as all else that an idle sniffer does. */
const loopTimer = 50;

/** The sniffer's metrics; the first two have the original's names. */
export function createMetrics(sources: MetricsSources): SnifferMetrics {
  const registry = createRegistry({ loopTimer });
  const registers = [registry];
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
  const reported = {
    dns: counter('dns_reported_connections', 'Sightings by DNS answers that the mapper acknowledged.'),
    socket: counter('socketscan_reported_connections', 'Sightings by open sockets that the mapper acknowledged.'),
    tcp: counter('tcp_reported_connections', 'Sightings by new TCP connections that the mapper acknowledged.'),
  };
  const rejected = new Counter({
    name: 'sniffer_rejected_sightings_total',
    help: 'Sightings that the mapper refused for good.',
    labelNames: ['evidence'],
    registers,
  });
  const scans = counter('sniffer_socket_scans_total', 'Finished scans of open sockets.');
  observe(registers, sources);
  return {
    registry,
    reported: (evidence, sightings) => reported[evidence].inc(sightings),
    rejected: (evidence, sightings) => rejected.inc({ evidence }, sightings),
    scanned: () => scans.inc(),
  };
}

type Labelled = readonly (readonly [label: string, value: number])[];

/** What is counted elsewhere is read when the metrics are. */
function observe(registers: Registry[], { collectors, counts, books, scanCost }: MetricsSources): void {
  const total = (name: string, help: string, value: () => number): void => {
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
  const totals = (name: string, { help, label }: { help: string; label: string }, values: () => Labelled): void => {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        for (const [key, value] of values()) this.inc({ [label]: key }, value);
      },
    });
  };
  const perBook = (value: (book: WatchedBook) => number): Labelled =>
    Object.entries(books).map(([evidence, book]) => [evidence, value(book)]);
  const gauge = (name: string, help: string, value: (book: WatchedBook) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ['evidence'],
      registers,
      collect() {
        for (const [evidence, held] of perBook(value)) this.set({ evidence }, held);
      },
    });
  };
  const byReason = (tally: { entries(): readonly ReasonCount[] }): Labelled =>
    tally.entries().map(({ reason, count }) => [reason, count]);

  total('sniffer_packets_received_total', 'Packets that passed the filter.', () => counts().received);
  total('sniffer_packets_dropped_total', 'Packets that the kernel had no room for.', () => counts().dropped);
  total(
    'sniffer_packets_dropped_by_interface_total',
    'Packets that an interface or its driver dropped.',
    () => counts().droppedByInterface,
  );
  total('sniffer_packets_total', 'Packets taken in.', () => collectors.path.frames);
  total('sniffer_dns_answers_cut_total', 'DNS answers that were not whole.', () => collectors.cutAnswers());
  total('sniffer_scan_cpu_seconds_total', 'CPU that scanning open sockets took.', () => scanCost() / 1000);
  totals('sniffer_packets_undecodable_total', { help: 'Packets that could not be decoded.', label: 'reason' }, () =>
    byReason(collectors.undecodable),
  );
  totals('sniffer_skipped_total', { help: 'What was seen and not reported.', label: 'reason' }, () =>
    byReason(collectors.skipped),
  );
  totals(
    'sniffer_sightings_evicted_total',
    { help: 'Sightings let go of before they were told, for want of room.', label: 'evidence' },
    () => perBook(book => book.evicted),
  );
  gauge('sniffer_sightings_held', 'Sightings held, told or not.', book => book.size);
  gauge('sniffer_sightings_waiting', 'Sightings that wait for the mapper.', book => book.waiting);
}
