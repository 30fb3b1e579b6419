import { setTimeout as sleep } from 'node:timers/promises';
import { BenchNode, type Traffic } from './bench-node.ts';
import { measureDecoder } from './decoder.ts';
import { MeasuredSniffer, type Measured, type Memory, type SnifferOptions } from './measured-sniffer.ts';

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Load {
  /** How long traffic is sent for each figure. */
  readonly seconds: number;
  readonly soakMinutes: number;
}

export interface Section {
  readonly name: string;
  readonly title: string;
  /** Left out unless asked for. */
  readonly optional?: true;
  readonly measure: (load: Load) => Promise<Table>;
}

/** Each packet crosses two interfaces. */
const copies = 2;
/** The kernel works for a scan on threads of its own: they and the event loop do not share a core. */
const allCores = '0,1';
/** The finer timer takes as much as all else that an idle sniffer does. */
const coarseLoopTimer = true;
const pairs = { clients: 60, names: 10 };

export const sections: readonly Section[] = [
  { name: 'decoder', title: 'The decoder alone', measure: decoder },
  { name: 'packets', title: 'Packets', measure: packets },
  { name: 'scan', title: 'Scanning open sockets', measure: scan },
  { name: 'scan-under-load', title: 'Scanning while 10,000 DNS answers a second come', measure: scanUnderLoad },
  { name: 'soak', title: 'Memory over time', optional: true, measure: soak },
];

function decoder(): Promise<Table> {
  const rows = measureDecoder().map(([kind, message, frame]) => [
    kind,
    `${message.toFixed(0)} ns`,
    millions(message),
    `${frame.toFixed(0)} ns`,
  ]);
  return Promise.resolve({ columns: ['answer', 'DNS message', 'a second', 'with IP and UDP'], rows });
}

function millions(nanoseconds: number): string {
  return `${(1000 / nanoseconds).toFixed(1)} M`;
}

async function packets({ seconds }: Load): Promise<Table> {
  const withoutScan = { OTTERIZE_ENABLE_SOCKET_SCANNER: 'false' };
  const cases: readonly (readonly [string, Omit<Traffic, 'seconds'> | undefined, Readonly<Record<string, string>>])[] =
    [
      ['idle, scanning', undefined, {}],
      ['10,000 answers/s, 600 pairs, scanning', { kind: 'dns', rate: 10_000, ...pairs }, {}],
      ['10,000 answers/s, 60,000 pairs', { kind: 'dns', rate: 10_000, clients: 6000, names: 10 }, withoutScan],
      ['60,000 answers/s, 600 pairs', { kind: 'dns', rate: 60_000, ...pairs }, withoutScan],
      ['200,000 answers/s, 600 pairs', { kind: 'dns', rate: 200_000, ...pairs }, withoutScan],
      ['5,000 SYN/s, 12,000 pairs', { kind: 'syn', rate: 5000, clients: 1200, names: 10 }, withoutScan],
    ];
  const rows: string[][] = [];
  for (const [title, traffic, env] of cases) {
    const { measured, sent } = await measureTraffic(traffic === undefined ? undefined : { ...traffic, seconds }, {
      env,
      seconds,
    });
    rows.push([
      title,
      measured.cpu.toFixed(3),
      `${sent}`,
      lost(sent, measured),
      traffic === undefined ? '' : `${Math.round(measured.loopHeld)} ms`,
      mebibytes(measured.resident),
      mebibytes(measured.anonymous),
    ]);
  }
  return {
    columns: ['load', 'cores', 'sent', 'captures lost', 'event loop held', 'resident, highest', 'anonymous, highest'],
    rows,
  };
}

interface TrafficOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly seconds: number;
}

async function measureTraffic(
  traffic: Traffic | undefined,
  { env, seconds }: TrafficOptions,
): Promise<{ measured: Measured; sent: number }> {
  const node = new BenchNode();
  try {
    const sniffer = await MeasuredSniffer.start(node, traffic === undefined ? { env, coarseLoopTimer } : { env });
    if (traffic !== undefined) await node.send({ ...traffic, rate: 5000, seconds: 10 }); // Compiled and met before.
    let sent = 0;
    const measured = await sniffer.during(async () => {
      if (traffic === undefined) await sleep(seconds * 1000);
      else sent = await node.send(traffic);
    });
    await sniffer.stop();
    return { measured, sent };
  } finally {
    await node.dispose();
  }
}

function lost(sent: number, { frames, dropped }: Measured): string {
  const missing = Math.max(0, sent * copies - frames); // The node's own few packets are captured too.
  return `${missing} (kernel: ${dropped})`;
}

function mebibytes(value: number): string {
  return `${value.toFixed(1)} MiB`;
}

interface Sockets {
  readonly title: string;
  readonly namespaces: number;
  readonly processes: number;
  readonly connections: number;
}

const socketCases: readonly Sockets[] = [
  { title: '1 namespace of 200 processes, 500 connections', namespaces: 1, processes: 200, connections: 500 },
  { title: '50 namespaces of 4 processes, 25,000 connections', namespaces: 50, processes: 4, connections: 500 },
  { title: '200 namespaces of 4 processes, no connections', namespaces: 200, processes: 4, connections: 0 },
  { title: '200 namespaces of 1 process, 100,000 sockets', namespaces: 200, processes: 1, connections: 250 },
];

async function scan({ seconds }: Load): Promise<Table> {
  const rows: string[][] = [];
  for (const sockets of socketCases) {
    const [free, paced] = [
      await measureScan(
        sockets,
        { env: { OTTERIZE_SNIFFER_SCAN_INTERVAL: '100ms', OTTERIZE_SNIFFER_SCAN_CPU_PERCENT: '100' } },
        seconds * 2,
      ),
      await measureScan(sockets, { coarseLoopTimer }, seconds * 3),
    ];
    rows.push([
      sockets.title,
      `${((free.cpu * free.seconds) / Math.max(free.scans, 1)).toFixed(3)} s`,
      paced.cpu.toFixed(3),
      `${Math.round(free.loopHeld)} ms`,
      mebibytes(Math.max(free.resident, paced.resident)),
    ]);
  }
  return {
    columns: ['sockets', 'CPU of a scan', 'cores, as configured by default', 'event loop held', 'resident, highest'],
    rows,
  };
}

async function measureScan(sockets: Sockets, { env, ...options }: SnifferOptions, seconds: number): Promise<Measured> {
  return withSockets(sockets, async node => {
    const quiet = { OTTERIZE_ENABLE_DNS: 'false', OTTERIZE_ENABLE_TCP: 'false' };
    const sniffer = await MeasuredSniffer.start(node, { ...options, env: { ...quiet, ...env }, cores: allCores });
    const measured = await sniffer.during(() => sleep(seconds * 1000));
    await sniffer.stop();
    return measured;
  });
}

async function withSockets<T>(
  { namespaces, processes, connections }: Sockets,
  work: (node: BenchNode) => Promise<T>,
): Promise<T> {
  const node = new BenchNode();
  try {
    for (let index = 0; index < namespaces; index++) await node.addProcesses({ processes, connections });
    return await work(node);
  } finally {
    await node.dispose();
  }
}

async function scanUnderLoad({ seconds }: Load): Promise<Table> {
  const rows: string[][] = [];
  for (const sockets of socketCases) {
    const { measured, sent } = await withSockets(sockets, async node => {
      const sniffer = await MeasuredSniffer.start(node, { cores: allCores });
      let count = 0;
      const result = await sniffer.during(async () => {
        count = await node.send({ kind: 'dns', rate: 10_000, seconds: seconds * 2, ...pairs });
      });
      await sniffer.stop();
      return { measured: result, sent: count };
    });
    rows.push([
      sockets.title,
      measured.cpu.toFixed(3),
      (measured.scanCpuSeconds / measured.seconds).toFixed(3),
      lost(sent, measured),
      `${Math.round(measured.loopHeld)} ms`,
    ]);
  }
  return { columns: ['sockets', 'cores', 'of it scanning', 'captures lost', 'event loop held'], rows };
}

/** Minutes until the soak's first row: what is compiled and cached once is there by then. */
const warmUpMinutes = 1;

/**
 * 10,000 answers a second; every ten seconds one of the 60 clients goes and another comes, and so do four processes
 * with a hundred connections.
 */
async function soak({ soakMinutes }: Load): Promise<Table> {
  const node = new BenchNode();
  const rows: string[][] = [];
  try {
    const sniffer = await MeasuredSniffer.start(node, { coarseLoopTimer });
    let samples: Memory[] = [];
    const watch = setInterval(() => samples.push(sniffer.memory()), 1000);
    const start = performance.now();
    let rowEnds = warmUpMinutes;
    for (let round = 1; rowEnds <= soakMinutes; round++) {
      const gone = node.addProcesses({ processes: 4, connections: 100 });
      await node.send({ kind: 'dns', rate: 10_000, seconds: 10, firstClient: round, ...pairs });
      await (
        await gone
      )();
      const minutes = (performance.now() - start) / 60_000;
      if (minutes < rowEnds) continue;
      if (rowEnds > warmUpMinutes) rows.push(soakRow({ minutes, held: sniffer.held(), samples }));
      rowEnds += (soakMinutes - warmUpMinutes) / 10;
      samples = [];
    }
    clearInterval(watch);
    await sniffer.stop();
  } finally {
    await node.dispose();
  }
  const columns = ['until minute', 'sightings held', 'resident, mean', 'highest', 'anonymous, mean', 'highest'];
  return { columns, rows };
}

interface SoakSpan {
  readonly minutes: number;
  readonly held: number;
  readonly samples: readonly Memory[];
}

function soakRow({ minutes, held, samples }: SoakSpan): string[] {
  const figures = (['resident', 'anonymous'] as const).flatMap(kind => {
    const values = samples.map(sample => sample[kind]);
    return [values.reduce((sum, value) => sum + value, 0) / values.length, Math.max(...values)];
  });
  return [minutes.toFixed(1), `${held}`, ...figures.map(mebibytes)];
}
