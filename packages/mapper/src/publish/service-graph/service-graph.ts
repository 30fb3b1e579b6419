import type { Edge, ServiceIdentity } from '@network-mapper/model';
import { TimeSlice, type LargeMetrics } from '@network-mapper/runtime';
import type { TrafficMap } from '../../store/traffic-map.ts';

export interface ServiceGraphOptions {
  readonly map: TrafficMap;
  /** Time series at most, beside that of all further pairs. */
  readonly mostSeries: number;
  /** What a name outside the cluster is called. */
  readonly nameOf: (dnsName: string) => string;
}

/** A time series: the calls of a pair. */
interface Series {
  readonly text: string;
  total: number;
  /** The last update in which an edge of it was on the map. */
  update: number;
}

/** What of an edge is in its series. */
interface Counted {
  readonly series: Series;
  count: number;
}

const metric = 'traces_service_graph_request_total';
/** Characters of one piece of text. */
const pieceSize = 32_768;
/** Edges between two looks at the clock. */
const stride = 64;
/** Milliseconds of one turn: other requests wait no longer. */
const length = 5;

/** How the series of all pairs that have none of their own is called, on both sides. */
const overflowName = '__overflow__';
/** Callers outside the cluster are one: their addresses are those of anybody. */
const internet = 'internet';

/**
 * The map as the metric of which Grafana and Tempo draw service graphs (grafana.com/docs/tempo, "Service graphs"): a
 * counter for each client and server, with their namespaces. A pair that once is counted in the series of all further
 * pairs stays there: a counter never goes back. It ends when its edges leave the map.
 */
export class ServiceGraph implements LargeMetrics {
  readonly #options: ServiceGraphOptions;
  readonly #series = new Map<string, Series>();
  readonly #counted = new WeakMap<Edge, Counted>();
  readonly #overflow: Series;
  #updates = 0;
  #overflowed = 0;
  #updating: Promise<void> | undefined;

  constructor(options: ServiceGraphOptions) {
    this.#options = options;
    const nobody = { name: overflowName, namespace: '' };
    this.#overflow = { text: labelsOf(nobody, nobody, ''), total: 0, update: 0 };
  }

  /** Pairs that have a series of their own. */
  get size(): number {
    return this.#series.size;
  }

  /** Edges that have none. */
  get overflowed(): number {
    return this.#overflowed;
  }

  /** Counts what is on the map now, once for all who ask at the same time. */
  update(): Promise<void> {
    this.#updating ??= this.#update().finally(() => {
      this.#updating = undefined;
    });
    return this.#updating;
  }

  async *text(): AsyncGenerator<string> {
    yield `# HELP ${metric} Calls between two nodes, as often as they were reported.\n# TYPE ${metric} counter\n`;
    const slice = new TimeSlice({ stride, length });
    let piece = '';
    for (const { text, total } of this.#overflow.total > 0
      ? [this.#overflow, ...this.#series.values()]
      : this.#series.values()) {
      piece += `${metric}${text} ${total}\n`;
      if (piece.length >= pieceSize) {
        yield piece;
        piece = '';
      }
      if (slice.isOver()) await slice.next();
    }
    yield piece;
  }

  async #update(): Promise<void> {
    const { intents, external, incoming } = this.#options.map;
    const update = ++this.#updates;
    let overflowed = 0;
    const slice = new TimeSlice({ stride, length });
    for (const store of [intents, external, incoming])
      for (const edges of store.byOwner())
        for (const edge of edges) {
          const { series } = this.#count(edge);
          series.update = update;
          if (series === this.#overflow) overflowed++;
          if (slice.isOver()) await slice.next();
        }
    for (const [key, series] of this.#series) {
      if (series.update !== update) this.#series.delete(key);
      if (slice.isOver()) await slice.next();
    }
    this.#overflowed = overflowed;
  }

  #count(edge: Edge): Counted {
    let counted = this.#counted.get(edge);
    if (counted === undefined) {
      counted = { series: this.#seriesOf(edge), count: 0 };
      this.#counted.set(edge, counted);
    }
    counted.series.total += edge.count - counted.count;
    counted.count = edge.count;
    return counted;
  }

  #seriesOf(edge: Edge): Series {
    const text = this.#labels(edge);
    let series = this.#series.get(text);
    if (series !== undefined) return series;
    if (this.#series.size >= this.#options.mostSeries) return this.#overflow;
    series = { text, total: 0, update: this.#updates };
    this.#series.set(text, series);
    return series;
  }

  #labels(edge: Edge): string {
    switch (edge.kind) {
      case 'external':
        return labelsOf(edge.client, { name: this.#options.nameOf(edge.dnsName), namespace: '' }, 'virtual_node');
      case 'incoming':
        return labelsOf({ name: internet, namespace: '' }, edge.server, 'virtual_node');
      case 'intent':
        return labelsOf(edge.client, edge.server, edge.type === 'KAFKA' ? 'messaging_system' : '');
      case 'cloud':
      case 'traffic-level':
        throw new Error(`an edge of kind ${edge.kind} is no call between two nodes`);
    }
  }
}

function labelsOf(client: ServiceIdentity, server: ServiceIdentity, type: string): string {
  return `{client="${escaped(client.name)}",server="${escaped(server.name)}",connection_type="${type}",client_service_namespace="${escaped(client.namespace)}",server_service_namespace="${escaped(server.namespace)}"}`;
}

/** As the text format wants label values. */
function escaped(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
}
