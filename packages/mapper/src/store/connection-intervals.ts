/** What one sighting adds to the count of connections; undefined when its source does not count any. */
export type SeenConnections =
  { readonly method: 'ports'; readonly ports: readonly number[] } | { readonly method: 'answers' } | undefined;

export interface ConnectionsCount {
  readonly current: number;
  readonly added: number;
  readonly removed: number;
}

/**
 * The connections of one edge in one interval: the client's ports where they are known, else the number of DNS answers.
 */
interface Counted {
  answers: number;
  ports: Set<number> | undefined;
}

/** An interval that is being delivered: exactly one of `acknowledge` and `release` ends it. */
export interface DeliveredInterval<K> {
  /**
   * The connections of an edge, compared with those of the interval delivered before; undefined where nothing counted.
   */
  count(edge: K): ConnectionsCount | undefined;
  /** It arrived: the next one is compared with it. */
  acknowledge(): void;
  /** It did not: it is part of the next one, but for edges that arrived before the delivery failed. */
  release(arrived?: ReadonlySet<K>): void;
}

/** Ports of one edge that are kept apart in an interval, and of all edges: more count as none. */
const mostPorts = 1_000;
const mostPortsInAll = 1_000_000;

/**
 * Counts connections between deliveries to one consumer, in the original's way: how many there are, how many of them
 * are new and how many are gone since the interval before. An interval ends when it is delivered, so a failed delivery
 * loses nothing.
 */
export class ConnectionIntervals<K extends object> {
  #current = new Map<K, Counted>();
  #before = new Map<K, Counted>();
  /** Ports that were added since an interval was delivered: a consumer that is away must not fill the memory. */
  #ports = 0;

  add(edge: K, seen: SeenConnections): void {
    if (seen === undefined) return;
    let counted = this.#current.get(edge);
    if (counted === undefined) {
      counted = { answers: 0, ports: undefined };
      this.#current.set(edge, counted);
    }
    if (seen.method === 'answers') {
      counted.answers++;
      return;
    }
    const ports = (counted.ports ??= new Set());
    if (ports.size >= mostPorts || this.#ports >= mostPortsInAll) return;
    const before = ports.size;
    for (const port of seen.ports) ports.add(port);
    this.#ports += ports.size - before;
  }

  begin(): DeliveredInterval<K> {
    const [delivering, before] = [this.#current, this.#before];
    this.#current = new Map();
    return {
      count: edge => compare(delivering.get(edge), before.get(edge)),
      acknowledge: () => {
        this.#before = delivering;
        this.#ports = 0;
      },
      release: arrived => {
        for (const edge of arrived ?? []) {
          const counted = delivering.get(edge);
          if (counted !== undefined) before.set(edge, counted);
          delivering.delete(edge);
        }
        for (const [edge, counted] of this.#current) {
          const known = delivering.get(edge);
          if (known === undefined) delivering.set(edge, counted);
          else merge(known, counted);
        }
        this.#current = delivering;
      },
    };
  }
}

function merge(
  into: Counted,
  { answers, ports }: { readonly answers: number; readonly ports: Iterable<number> | undefined },
): void {
  into.answers += answers;
  for (const port of ports ?? []) (into.ports ??= new Set()).add(port);
}

function compare(counted: Counted | undefined, before: Counted | undefined): ConnectionsCount | undefined {
  const current = countOf(counted);
  if (current === undefined) return undefined;
  if (before === undefined) return { current, added: current, removed: 0 };
  const earlier = countOf(before);
  if (earlier === undefined) return undefined;
  const [ports, earlierPorts] = [counted?.ports, before.ports];
  if (ports === undefined || earlierPorts === undefined) return { current, added: current, removed: earlier };
  return { current, added: ports.difference(earlierPorts).size, removed: earlierPorts.difference(ports).size };
}

/** Ports say more than answers: once there are any, answers do not count. */
function countOf(counted: Counted | undefined): number | undefined {
  if (counted === undefined) return undefined;
  if (counted.ports !== undefined) return counted.ports.size;
  return counted.answers > 0 ? counted.answers : undefined;
}
