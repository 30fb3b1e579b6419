import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { containerCommand } from '../../../scripts/dockerfile.ts';
import { snifferCore, type BenchNode } from './bench-node.ts';

const root = join(import.meta.dirname, '../../..');
const metricsUrl = 'http://127.0.0.1:2112/metrics';
const mapperUrl = 'http://127.0.0.1:9555';
const ticksPerSecond = 100;
const image = containerCommand('sniffer');

export interface SnifferOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** As `taskset` lists them. */
  readonly cores?: string;
  /** The loop’s timer is as the image has it: too coarse to measure how long the event loop is held, but cheaper. */
  readonly coarseLoopTimer?: true;
}

/** What was measured over some time. */
export interface Measured {
  readonly seconds: number;
  /** Of one core. */
  readonly cpu: number;
  /** Frames that were taken in, and that the kernel had no room for. */
  readonly frames: number;
  readonly dropped: number;
  readonly scans: number;
  readonly scanCpuSeconds: number;
  /**
   * Milliseconds that the event loop was held at most, with those of the timer that measures it: 10 unless it is
   * coarse.
   */
  readonly loopHeld: number;
  /** MiB, highest. */
  readonly resident: number;
  readonly anonymous: number;
}

export interface Memory {
  readonly resident: number;
  readonly anonymous: number;
}

interface Sample {
  readonly cpuSeconds: number;
  readonly at: number;
  readonly metrics: ReadonlyMap<string, number>;
}

/** The sniffer's bundle, as its image runs it, with a mapper that counts. */
export class MeasuredSniffer {
  readonly #node: BenchNode;
  readonly #process: ChildProcess;
  readonly #mapper: ChildProcess;

  private constructor(node: BenchNode, parts: { sniffer: ChildProcess; mapper: ChildProcess }) {
    this.#node = node;
    this.#process = parts.sniffer;
    this.#mapper = parts.mapper;
  }

  /** With one core to itself, or, to scan, with all of them. */
  static async start(
    node: BenchNode,
    { env = {}, cores = snifferCore, coarseLoopTimer }: SnifferOptions = {},
  ): Promise<MeasuredSniffer> {
    const counting = join(import.meta.dirname, 'counting-mapper.ts');
    const mapper = await node.startReady(node.namespace, [process.execPath, counting, '9555']);
    const bundle = join(root, 'dist/sniffer/main.mjs');
    const timer = coarseLoopTimer === true ? [] : ['--import', join(import.meta.dirname, '../fine-loop-timer.mjs')];
    const command = ['taskset', '-c', cores, process.execPath, ...image.entrypoint.slice(1, -1), ...timer, bundle];
    const sniffer = node.start(node.namespace, command, {
      OTTERIZE_MAPPER_API_URL: mapperUrl,
      OTTERIZE_HOST_PROC_DIR: '/proc',
      OTTERIZE_HEALTH_PROBES_PORT: '57921',
      ...image.env,
      ...env,
    });
    if (sniffer.stdout === null) throw new Error('no output to wait for');
    await Promise.race([
      once(sniffer.stdout, 'data'),
      once(sniffer, 'exit').then(() => Promise.reject(new Error('the sniffer ended at its start'))),
    ]);
    await sleep(2000); // The compiler's work on what it needs is not what is measured.
    const measured = new MeasuredSniffer(node, { sniffer, mapper });
    if (env.OTTERIZE_ENABLE_SOCKET_SCANNER !== 'false') await measured.#firstScan();
    return measured;
  }

  /** Measures while `work` goes on, and until what it sent has been taken in. */
  async during(work: () => Promise<unknown>): Promise<Measured> {
    const before = this.#sample();
    let [resident, anonymous] = [0, 0];
    const watch = setInterval(() => {
      const memory = this.#memory();
      resident = Math.max(resident, memory.resident);
      anonymous = Math.max(anonymous, memory.anonymous);
    }, 200);
    await work();
    clearInterval(watch);
    const after = this.#sample();
    await sleep(300);
    const steady = this.#sample();
    const grown = (name: string, to = after): number => (to.metrics.get(name) ?? 0) - (before.metrics.get(name) ?? 0);
    const seconds = after.at - before.at;
    return {
      seconds,
      cpu: (after.cpuSeconds - before.cpuSeconds) / seconds,
      frames: grown('sniffer_packets_total', steady),
      dropped: grown('sniffer_packets_dropped_total', steady),
      scans: grown('sniffer_socket_scans_total'),
      scanCpuSeconds: grown('sniffer_scan_cpu_seconds_total'),
      loopHeld: (after.metrics.get('nodejs_eventloop_lag_max_seconds') ?? 0) * 1000,
      resident,
      anonymous,
    };
  }

  /** What was reported to the mapper so far. */
  reports(): { readonly requests: number; readonly bytes: number; readonly destinations: number } {
    return JSON.parse(this.#node.get(`${mapperUrl}/`)) as ReturnType<MeasuredSniffer['reports']>;
  }

  /** MiB. */
  memory(): Memory {
    return this.#memory();
  }

  /** Sightings that it holds, acknowledged or not. */
  held(): number {
    return this.#sample().metrics.get('sniffer_sightings_held') ?? 0;
  }

  async stop(): Promise<void> {
    for (const child of [this.#process, this.#mapper]) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
  }

  /** The first scan goes on without a rest, whatever it takes. */
  async #firstScan(): Promise<void> {
    while ((this.#sample().metrics.get('sniffer_socket_scans_total') ?? 0) === 0) await sleep(500);
  }

  #sample(): Sample {
    const fields = readFileSync(`/proc/${this.#process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    const at = performance.now() / 1000;
    return { cpuSeconds, at, metrics: readMetrics(this.#node.get(metricsUrl)) };
  }

  #memory(): Memory {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
    const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
    return { resident: field('VmRSS'), anonymous: field('RssAnon') };
  }
}

function readMetrics(text: string): ReadonlyMap<string, number> {
  const lines = text.matchAll(/^(\w+)(?:\{[^}]*\})? (\S+)$/gm);
  const sums = new Map<string, number>();
  for (const [, name = '', value] of lines) sums.set(name, (sums.get(name) ?? 0) + Number(value));
  return sums;
}
