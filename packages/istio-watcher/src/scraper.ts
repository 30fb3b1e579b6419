import type { KubeConnection } from '@network-mapper/kube';
import { ReasonCounts } from '@network-mapper/model';
import type { Source } from '@network-mapper/reporting';
import {
  aborted,
  Counter,
  Gauge,
  monotonicTime,
  pause,
  wallTime,
  type Logger,
  type Registry,
} from '@network-mapper/runtime';
import type { CallRecorder } from './call-recorder.ts';
import type { IstioWatcherConfig } from './options.ts';
import type { MeshProxies } from './proxies/mesh-proxies.ts';
import type { Proxy } from './proxies/proxy.ts';
import type { Way } from './proxies/read-proxy.ts';
import { WatchedProxy } from './proxies/watched-proxy.ts';

export interface ScraperOptions {
  readonly config: IstioWatcherConfig;
  readonly connection: KubeConnection;
  readonly proxies: MeshProxies;
  readonly recorder: CallRecorder;
  readonly registry: Registry;
  readonly logger: Logger;
}

/** Reads all proxies, one round after the other: what their counters grew by is recorded. */
export function createScraper(options: ScraperOptions): Source {
  const { config, proxies, recorder, registry } = options;
  const round = new Round(options);
  registerMetrics(registry, { round, recorder });
  return {
    name: 'the reading of proxies',
    run: async signal => {
      await Promise.race([proxies.whenKnown(), aborted(signal)]);
      while (!signal.aborted) {
        await round.run(signal);
        await pause(config.cooldown, signal);
      }
    },
    problem: () => proxies.problem() ?? round.problem(),
    counts: () => recorder.counts,
    skipped: () => [...recorder.skipped, ...round.skipped()],
  };
}

class Round {
  readonly #options: ScraperOptions;
  readonly #watched = new Map<string, WatchedProxy>();
  readonly #counts = new ReasonCounts<'unreadable-proxy' | 'truncated'>();
  /** Proxies that could not be read in the last round. */
  #failed: readonly WatchedProxy[] = [];
  /** Of the last one, in seconds. */
  duration = 0;
  rounds = 0;

  constructor(options: ScraperOptions) {
    this.#options = options;
  }

  get proxies(): number {
    return this.#watched.size;
  }

  get failures(): number {
    return this.#failed.length;
  }

  skipped(): ReturnType<ReasonCounts<string>['entries']> {
    return this.#counts.entries();
  }

  problem(): string | undefined {
    const [first] = this.#failed;
    if (first === undefined || this.#failed.length < this.#watched.size) return undefined;
    return `none of ${this.#watched.size} proxies can be read: ${first.problem ?? ''}`;
  }

  async run(signal: AbortSignal): Promise<void> {
    const started = monotonicTime();
    const watched = this.#update();
    // As many at a time as are allowed: each takes the next one.
    const next = watched.values();
    const work = async (): Promise<void> => {
      for (const proxy of next) {
        if (signal.aborted) return;
        await this.#read(proxy, signal);
      }
    };
    await Promise.all(Array.from({ length: this.#options.config.concurrency }, work));
    if (signal.aborted) return;
    this.rounds++;
    this.duration = (monotonicTime() - started) / 1000;
    this.#noteFailures(watched.filter(({ problem }) => problem !== undefined));
  }

  async #read(watched: WatchedProxy, signal: AbortSignal): Promise<void> {
    const { connection, config, recorder } = this.#options;
    const { namespace } = watched.proxy;
    const truncated = watched.truncated;
    await watched.read({ connection, timeout: config.fetchTimeout, signal }, (sample, growth) => {
      recorder.take(sample, { growth, namespace, at: wallTime() });
    });
    if (watched.truncated > truncated) this.#counts.add('truncated', watched.truncated - truncated);
    if (watched.problem !== undefined) this.#counts.add('unreadable-proxy');
  }

  /** Those that run now; what is known of the others is forgotten. */
  #update(): readonly WatchedProxy[] {
    const { proxies, config } = this.#options;
    const running = new Map(proxies.running().map(proxy => [proxy.uid, proxy]));
    for (const uid of this.#watched.keys()) if (!running.has(uid)) this.#watched.delete(uid);
    for (const [uid, proxy] of running) {
      const known = this.#watched.get(uid);
      if (known !== undefined) known.proxy = proxy;
      else {
        const isBaseline = !config.reportExisting && proxies.wasThereBefore(proxy);
        this.#watched.set(uid, new WatchedProxy({ proxy, ways: waysTo(proxy, config), isBaseline }));
      }
    }
    return [...this.#watched.values()];
  }

  #noteFailures(failed: readonly WatchedProxy[]): void {
    const [first] = failed;
    const { logger } = this.#options;
    if (first !== undefined && this.#failed.length === 0)
      logger.warn({ proxies: failed.length, problem: first.problem }, 'Some proxies cannot be read');
    if (first === undefined && this.#failed.length > 0) logger.info('All proxies can be read again');
    this.#failed = failed;
  }
}

function waysTo({ kind }: Proxy, { scrape }: IstioWatcherConfig): readonly Way[] {
  // A ztunnel has no program that could be run.
  if (kind === 'ztunnel') return ['ztunnel-port'];
  switch (scrape) {
    case 'http':
      return ['envoy-port', 'agent-port'];
    case 'exec':
      return ['exec'];
    case 'auto':
      return ['envoy-port', 'agent-port', 'exec'];
  }
}

function registerMetrics(
  registry: Registry,
  { round, recorder }: { readonly round: Round; readonly recorder: CallRecorder },
): void {
  const gauge = (definition: { readonly name: string; readonly help: string }, value: () => number) =>
    new Gauge({
      ...definition,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge({ name: 'istio_watcher_proxies', help: 'Proxies that are read.' }, () => round.proxies);
  gauge(
    { name: 'istio_watcher_proxies_unreadable', help: 'Proxies that could not be read in the last round.' },
    () => round.failures,
  );
  gauge(
    { name: 'istio_watcher_round_seconds', help: 'How long it took to read all proxies, the last time.' },
    () => round.duration,
  );
  const counter = (definition: { readonly name: string; readonly help: string }, value: () => number) =>
    new Counter({
      ...definition,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  counter({ name: 'istio_watcher_rounds_total', help: 'How often all proxies were read.' }, () => round.rounds);
  counter(
    {
      name: 'istio_watcher_paths_folded_total',
      help: 'Requests whose path was one too many of its client and server, and is reported as `/*`.',
    },
    () => recorder.folded,
  );
}
