import { CounterTable } from '../statistics/counter-table.ts';
import type { CounterSample } from '../statistics/counter-sample.ts';
import { UnreadableError } from './fetch-lines.ts';
import type { Proxy } from './proxy.ts';
import { readProxy, type ReadOptions, type Way } from './read-proxy.ts';

export interface WatchedProxyOptions {
  readonly proxy: Proxy;
  /** In the order in which they are tried. */
  readonly ways: readonly Way[];
  /** What it counted until it is read for the first time is not known to be of now. */
  readonly isBaseline: boolean;
}

/** Calls that a counter grew by. */
export type OnGrowth = (sample: CounterSample, growth: number) => void;

/** Readings by the same way before a better one is tried again. */
const stickFor = 40;

/** One proxy from reading to reading: which way leads to it, and where its counters stood. */
export class WatchedProxy {
  readonly #ways: readonly Way[];
  readonly #table: CounterTable;
  /** As it is now: its address may change. */
  proxy: Proxy;
  #way = 0;
  /** What counters are called by was last said by a command's answer, or by a text. */
  #read: 'by-name' | 'by-labels' | undefined;
  #readings = 0;
  #truncated = 0;
  problem: string | undefined;

  constructor({ proxy, ways, isBaseline }: WatchedProxyOptions) {
    this.proxy = proxy;
    this.#ways = ways;
    this.#table = new CounterTable({ isBaseline });
  }

  /** Readings that were cut short, and counters that there was no room for. */
  get truncated(): number {
    return this.#truncated + this.#table.left;
  }

  /** Reads it by the way that led to it before, else by the next one; `problem` says why when none does. */
  async read(options: Omit<ReadOptions, 'way' | 'onCounter'>, onGrowth: OnGrowth): Promise<void> {
    if (++this.#readings % stickFor === 0) this.#way = 0;
    const problems: string[] = [];
    for (const way of [...this.#ways.slice(this.#way), ...this.#ways.slice(0, this.#way)]) {
      try {
        await this.#readBy(way, options, onGrowth);
        this.problem = undefined;
        return;
      } catch (error) {
        if (!(error instanceof UnreadableError)) throw error;
        if (options.signal.aborted) return;
        problems.push(error.message);
        this.#way = (this.#way + 1) % this.#ways.length;
      }
    }
    this.problem = problems.join('; ');
  }

  async #readBy(way: Way, options: Omit<ReadOptions, 'way' | 'onCounter'>, onGrowth: OnGrowth): Promise<void> {
    const form = way === 'exec' ? 'by-name' : 'by-labels';
    // Counters that go by other names now would all look new.
    if (this.#read !== undefined && this.#read !== form) this.#table.startAnew();
    let isWhole = false;
    try {
      isWhole = await readProxy(this.proxy, {
        ...options,
        way,
        onCounter: sample => {
          if (!isWanted(sample, this.proxy)) return;
          this.#read = form;
          const growth = this.#table.take(sample);
          if (growth > 0) onGrowth(sample, growth);
        },
      });
      if (!isWhole) this.#truncated++;
    } finally {
      this.#table.endReading({ isWhole });
    }
  }
}

/** An Envoy counts connections too: those are not asked for, since it knows no more of them than a sniffer sees. */
function isWanted({ metric }: CounterSample, { kind }: Proxy): boolean {
  if (metric.endsWith('istio_requests_total')) return true;
  return kind === 'ztunnel' && metric.endsWith('istio_tcp_connections_opened_total');
}
