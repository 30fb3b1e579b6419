import type { ReasonCount } from '@network-mapper/api';
import type { Collectors } from '@network-mapper/packets';
import { Counter, type Registry } from '@network-mapper/runtime';
import type { CaptureCounts } from './capture/capture-counts.ts';

export interface PacketMetricsParts {
  readonly registry: Registry;
  readonly collectors: Collectors;
  readonly counts: () => CaptureCounts;
}

/** What was captured is counted elsewhere, and read when the metrics are. */
export function registerPacketMetrics({ registry, collectors, counts }: PacketMetricsParts): void {
  const total = (definition: { readonly name: string; readonly help: string }, value: () => number): void =>
    registerTotal(registry, { ...definition, name: `sniffer_${definition.name}`, value });
  total({ name: 'packets_received_total', help: 'Packets that passed the filter.' }, () => counts().received);
  total({ name: 'packets_dropped_total', help: 'Packets that the kernel had no room for.' }, () => counts().dropped);
  total(
    { name: 'packets_dropped_by_interface_total', help: 'Packets that an interface or its driver dropped.' },
    () => counts().droppedByInterface,
  );
  total({ name: 'packets_total', help: 'Packets taken in.' }, () => collectors.path.frames);
  total({ name: 'dns_answers_cut_total', help: 'DNS answers that were not whole.' }, () => collectors.cutAnswers());
  new Counter({
    name: 'sniffer_packets_undecodable_total',
    help: 'Packets that could not be decoded.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { reason, count } of collectors.undecodable.entries() satisfies readonly ReasonCount[])
        this.inc({ reason }, count);
    },
  });
}

export interface ScanMetricsParts {
  readonly registry: Registry;
  /** Milliseconds of CPU that scans took. */
  readonly cost: () => number;
}

/** Answers what is to be called after each scan. */
export function registerScanMetrics({ registry, cost }: ScanMetricsParts): () => void {
  registerTotal(registry, {
    name: 'sniffer_scan_cpu_seconds_total',
    help: 'CPU that scanning open sockets took.',
    value: () => cost() / 1000,
  });
  const scans = new Counter({
    name: 'sniffer_socket_scans_total',
    help: 'Finished scans of open sockets.',
    registers: [registry],
  });
  return () => scans.inc();
}

interface Total {
  readonly name: string;
  readonly help: string;
  readonly value: () => number;
}

function registerTotal(registry: Registry, { name, help, value }: Total): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(value());
    },
  });
}
