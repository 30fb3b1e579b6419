import { ReasonCounts, type SightingDetail } from '@network-mapper/model';
import type { AgentIntake, SourceCounts } from '@network-mapper/reporting';
import { PathLimit } from './paths/path-limit.ts';
import { toPathTemplate } from './paths/path-template.ts';
import type { CounterSample } from './statistics/counter-sample.ts';
import { readCounter, type IgnoredCounter, type MeshCall } from './statistics/mesh-call.ts';

export interface CallRecorderOptions {
  readonly record: AgentIntake['record'];
  readonly pathTemplates: boolean;
  /** Namespaces whose proxies speak for all others. */
  readonly trustedNamespaces: readonly string[];
}

/** Turns what counters of proxies grew by into sightings, and counts what it cannot use by the reason. */
export class CallRecorder {
  readonly #options: CallRecorderOptions;
  readonly #trusted: ReadonlySet<string>;
  readonly #ignored = new ReasonCounts<IgnoredCounter>();
  readonly #paths = new PathLimit();
  #counters = 0;

  constructor(options: CallRecorderOptions) {
    this.#options = options;
    this.#trusted = new Set(options.trustedNamespaces);
  }

  /** `growth` calls were counted by a proxy in `namespace` since it was read before, the last at `at` at the latest. */
  take(
    sample: Pick<CounterSample, 'metric' | 'labels'>,
    { growth, namespace, at }: { readonly growth: number; readonly namespace: string; readonly at: number },
  ): void {
    this.#counters++;
    const read = readCounter(sample.metric, sample.labels());
    const ignored = read.kind === 'ignored' ? read.reason : this.#distrustReason(read.call, namespace);
    if (ignored !== undefined) this.#ignored.add(ignored);
    else if (read.kind === 'call') this.#record(read.call, { growth, at });
  }

  #record(call: MeshCall, { growth, at }: { readonly growth: number; readonly at: number }): void {
    const { client, server } = call;
    const detail = this.#detailOf(call, growth);
    this.#options.record({ evidence: 'ISTIO', client, server, firstAt: at, at, count: growth, detail });
  }

  /** Requests for paths beyond those that are kept apart, since the start. */
  get folded(): number {
    return this.#paths.folded;
  }

  get counts(): SourceCounts {
    return { captured: this.#counters, dropped: 0, droppedByInterface: 0 };
  }

  get skipped(): readonly { readonly reason: string; readonly count: number }[] {
    return this.#ignored.entries().filter(({ reason }) => reason !== 'other-counter');
  }

  /** Whoever may run a pod can run one that looks like a proxy: it is believed what is its own. */
  #distrustReason({ reporter, client, server }: MeshCall, namespace: string): IgnoredCounter | undefined {
    const own = reporter === 'source' ? client : server;
    return this.#trusted.has(namespace) || own.namespace === namespace ? undefined : 'foreign-namespace';
  }

  #detailOf({ client, server, request }: MeshCall, count: number): SightingDetail {
    if (request === 'connection') return { kind: 'connection', protocol: 'TCP', accepted: true, sourcePorts: [] };
    const { method, grpc, responseCode } = request;
    const template = this.#options.pathTemplates ? toPathTemplate(request.path) : request.path;
    const pair = `${client.namespace}/${client.name} ${server.namespace}/${server.name}`;
    return {
      kind: 'http',
      path: this.#paths.take(template, { pair, count }),
      methods: method === undefined ? [] : [method],
      grpc,
      responseCodes: responseCode === undefined ? [] : [responseCode],
    };
  }
}
