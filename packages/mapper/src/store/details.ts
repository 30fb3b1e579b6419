import { mostEndpoints, toEndpoints, withEndpoint, type Endpoint, type IntentEdge } from '@network-mapper/model';

/** The lists that an edge can have. */
export type DetailKind =
  'port' | 'topic' | 'operation' | 'group' | 'path' | 'method' | 'response' | 'address' | 'action';

/** Bytes of an edge without its lists: measured with 500,000 edges (`test/bench/mapper`). */
const bytesOfEdge = 450;
/** Bytes of a set or map that holds nothing yet. */
const bytesOfList = 200;
/** Bytes of what the store has of each owner of edges, and of each namespace of owners. */
const bytesOfOwner = 600;
/** Bytes of an entry of a set or map, besides its text. */
const bytesOfEntry = 48;

/**
 * How much memory the edges of a map take, in estimated bytes, and how much they may take. What does not fit into an
 * edge any more is counted by what it is.
 */
export class MapBudget {
  readonly #most: number;
  readonly #dropped = new Map<DetailKind, number>();
  #used = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get used(): number {
    return this.#used;
  }

  get isFull(): boolean {
    return this.#used >= this.#most;
  }

  /** Details that no edge took, since the start. */
  dropped(): Iterable<readonly [DetailKind, number]> {
    return this.#dropped;
  }

  /** Adds to a set of an edge, unless that has `most` already. */
  addTo(set: Set<string>, item: string, { kind, most }: { readonly kind: DetailKind; readonly most: number }): void {
    if (set.has(item)) return;
    if (set.size >= most || this.isFull) {
      this.drop(kind);
      return;
    }
    this.#used += bytesOf(item);
    set.add(item);
  }

  /** The set under a name of an edge; undefined when there is room for no more. */
  setIn(
    sets: Map<string, Set<string>>,
    name: string,
    { kind, most }: { readonly kind: DetailKind; readonly most: number },
  ): Set<string> | undefined {
    const known = sets.get(name);
    if (known !== undefined) return known;
    if (sets.size >= most || this.isFull) {
      this.drop(kind);
      return undefined;
    }
    const set = new Set<string>();
    this.#used += bytesOf(name) + bytesOfList;
    sets.set(name, set);
    return set;
  }

  /** A map of sets for an edge. */
  newMap(): Map<string, Set<string>> {
    this.#used += bytesOfList;
    return new Map();
  }

  /** The ports of an edge, and one more. */
  addEndpoint(before: IntentEdge['endpoints'], endpoint: Endpoint): IntentEdge['endpoints'] {
    const endpoints = withEndpoint(before, endpoint);
    // Only a full list leaves an endpoint out; looking through a shorter one would cost every sighting.
    const isFull = typeof before === 'object' && before.length >= mostEndpoints;
    if (isFull && endpoints === before && !toEndpoints(before).some(known => isSame(known, endpoint)))
      this.drop('port');
    return endpoints;
  }

  removeFrom(set: Set<string>, item: string): void {
    if (set.delete(item)) this.#used -= bytesOf(item);
  }

  drop(kind: DetailKind): void {
    this.#dropped.set(kind, (this.#dropped.get(kind) ?? 0) + 1);
  }

  /** An owner of edges, or a namespace of owners, comes. */
  openOwner(): void {
    this.#used += bytesOfOwner;
  }

  closeOwner(): void {
    this.#used -= bytesOfOwner;
  }

  /** An edge comes. Its lists, and what is in them, were counted when they were made. */
  open(): void {
    this.#used += bytesOfEdge;
  }

  /** A set for an edge. */
  newSet(): Set<string> {
    this.#used += bytesOfList;
    return new Set();
  }

  /** An edge leaves, with its lists. */
  close(edge: object): void {
    const lists = listsOf(edge);
    this.#used -= bytesOfEdge + bytesOfList * lists.length;
    for (const value of lists) {
      if (value instanceof Set) this.#release(value as Set<unknown>);
      if (!(value instanceof Map)) continue;
      for (const [name, set] of value as Map<string, Set<string>>) {
        this.#used -= bytesOf(name) + bytesOfList;
        this.#release(set);
      }
    }
  }

  #release(set: ReadonlySet<unknown>): void {
    for (const item of set) if (typeof item === 'string') this.#used -= bytesOf(item);
  }
}

function isSame(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.targetPort === b.targetPort && a.protocol === b.protocol;
}

function listsOf(edge: object): readonly unknown[] {
  return Object.values(edge).filter(value => value instanceof Set || value instanceof Map);
}

function bytesOf(text: string): number {
  return bytesOfEntry + text.length;
}
