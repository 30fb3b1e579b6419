import type { Edge, ServiceIdentity } from '@network-mapper/model';
import type { ChangeLog } from './change-log.ts';
import type { MapBudget } from './details.ts';

/** An edge as its store sees it: everybody else only reads it. */
export type Mutable<E> = { -readonly [Member in keyof E]: Writable<E[Member]> };
type Writable<T> =
  T extends ReadonlyMap<infer K, infer V> ? Map<K, Writable<V>> : T extends ReadonlySet<infer V> ? Set<V> : T;

/** One kind of edges: whose they are, what distinguishes them, and how a sighting becomes or changes an edge. */
export interface EdgeKind<E extends Edge, S> {
  /** The workload that the edge belongs to: the side by whose namespace the map is asked for. */
  owner(of: S | E): ServiceIdentity;
  /** Distinguishes the edges of one owner, and orders them. */
  key(of: S | E): string;
  create(seen: S, budget: MapBudget): Mutable<E>;
  /**
   * Adds what was seen to an edge. The order in which sightings come must not matter, except where the API says that
   * the first wins.
   */
  merge(edge: Mutable<E>, seen: S, budget: MapBudget): void;
  /** How many edges one owner may have; then the one that was added first leaves. */
  readonly limit?: number;
}

interface OwnerNode<E extends Edge> {
  readonly namespace: string;
  readonly name: string;
  readonly edges: Map<string, Mutable<E> & E>;
  sorted: readonly E[] | undefined;
}

interface NamespaceNode<E extends Edge> {
  readonly name: string;
  readonly owners: Map<string, OwnerNode<E>>;
  sorted: readonly OwnerNode<E>[] | undefined;
}

export interface EdgeStoreParts {
  readonly log: ChangeLog;
  readonly budget: MapBudget;
}

/**
 * The edges of one kind, one per owner and key. Read in the order of owner (`namespace/name`, byte-wise) and key. A
 * reader may pause between edges while others are added: it sees each edge of its start at most once, as it stands when
 * it comes to it.
 */
export class EdgeStore<E extends Edge, S> {
  readonly #kind: EdgeKind<E, S>;
  readonly #log: ChangeLog;
  readonly #budget: MapBudget;
  readonly #namespaces = new Map<string, NamespaceNode<E>>();
  readonly #listeners = new Set<(seen: S, edge: E) => void>();
  #sorted: readonly NamespaceNode<E>[] | undefined;
  /** Reports say what one workload did, one thing after another. */
  #last: { readonly owner: object; readonly node: OwnerNode<E> } | undefined;
  #size = 0;
  #evicted = 0;

  constructor(kind: EdgeKind<E, S>, { log, budget }: EdgeStoreParts) {
    this.#kind = kind;
    this.#log = log;
    this.#budget = budget;
  }

  get size(): number {
    return this.#size;
  }

  /** Edges that left for want of room, since the start. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Adds or merges a sighting and returns its edge as it now stands. */
  add(seen: S): E {
    const node = this.#nodeOf(this.#kind.owner(seen));
    const key = this.#kind.key(seen);
    let edge = node.edges.get(key);
    if (edge === undefined) {
      edge = this.#insert(node, key, this.#kind.create(seen, this.#budget));
    } else {
      this.#kind.merge(edge, seen, this.#budget);
      this.#log.changed(edge);
    }
    for (const listener of this.#listeners) listener(seen, edge);
    return edge;
  }

  /** Changes an edge that is on the map otherwise than by a sighting. */
  update(edge: E, change: (edge: Mutable<E>) => void): void {
    const own = this.#own(edge);
    if (own === undefined) return;
    change(own);
    this.#log.changed(own);
  }

  get(owner: ServiceIdentity, key: string): E | undefined {
    return this.#namespaces.get(owner.namespace)?.owners.get(owner.name)?.edges.get(key);
  }

  remove(edge: E): void {
    const own = this.#own(edge);
    if (own === undefined) return;
    const node = this.#nodeOf(this.#kind.owner(edge));
    node.edges.delete(this.#kind.key(edge));
    node.sorted = undefined;
    this.#size--;
    this.#budget.close(edge);
    this.#log.removed(own);
    if (node.edges.size === 0) this.#removeNode(node);
  }

  clear(): void {
    for (const edge of [...this.all()]) this.remove(edge);
  }

  /** Removes what was last seen before a moment (milliseconds since the epoch); answers how many. */
  expire(before: number): number {
    const expired = [...this.all()].filter(edge => edge.lastSeen < before);
    for (const edge of expired) this.remove(edge);
    return expired.length;
  }

  /** Called with every sighting that is added and the edge that it is part of now. Returns the end of it. */
  subscribe(listener: (seen: S, edge: E) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The edges of all owners, or of owners in some namespaces, owner by owner. */
  *byOwner(namespaces?: ReadonlySet<string>): Generator<readonly E[]> {
    for (const namespace of this.#sortedNamespaces()) {
      if (namespaces !== undefined && !namespaces.has(namespace.name)) continue;
      for (const owner of sortedOwners(namespace)) {
        owner.sorted ??= [...owner.edges].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge);
        yield owner.sorted;
      }
    }
  }

  /** In no order. */
  *all(): Generator<E> {
    for (const { owners } of this.#namespaces.values()) for (const { edges } of owners.values()) yield* edges.values();
  }

  /** How many edges each owner has. */
  *owners(): Generator<{ readonly owner: ServiceIdentity; readonly edges: number }> {
    for (const { owners } of this.#namespaces.values())
      for (const owner of owners.values()) yield { owner, edges: owner.edges.size };
  }

  /** Makes room: the edges of one owner that were not seen for longest leave. */
  evictFrom({ namespace, name }: ServiceIdentity, count: number): void {
    const edges = this.#namespaces.get(namespace)?.owners.get(name)?.edges.values() ?? [];
    const oldest = [...edges].sort((a, b) => a.lastSeen - b.lastSeen);
    for (const edge of oldest.slice(0, count)) this.#evict(edge);
  }

  #evict(edge: E): void {
    this.remove(edge);
    this.#evicted++;
  }

  #insert(node: OwnerNode<E>, key: string, created: Mutable<E>): Mutable<E> & E {
    if (node.edges.size >= (this.#kind.limit ?? Infinity)) {
      const [first] = node.edges.values();
      if (first !== undefined) this.#evict(first);
    }
    // The two differ only in who may write.
    const edge = created as Mutable<E> & E;
    node.edges.set(key, edge);
    node.sorted = undefined;
    this.#size++;
    this.#budget.open();
    this.#log.added(edge);
    return edge;
  }

  /** The edge, if it is on the map. */
  #own(edge: E): (Mutable<E> & E) | undefined {
    const { namespace, name } = this.#kind.owner(edge);
    return this.#namespaces.get(namespace)?.owners.get(name)?.edges.get(this.#kind.key(edge));
  }

  #nodeOf(owner: ServiceIdentity): OwnerNode<E> {
    if (this.#last?.owner === owner) return this.#last.node;
    const { namespace, name } = owner;
    let space = this.#namespaces.get(namespace);
    if (space === undefined) {
      this.#budget.openOwner();
      space = { name: namespace, owners: new Map(), sorted: undefined };
      this.#namespaces.set(namespace, space);
      this.#sorted = undefined;
    }
    let node = space.owners.get(name);
    if (node === undefined) {
      this.#budget.openOwner();
      node = { namespace, name, edges: new Map(), sorted: undefined };
      space.owners.set(name, node);
      space.sorted = undefined;
    }
    this.#last = { owner, node };
    return node;
  }

  #removeNode({ namespace, name }: OwnerNode<E>): void {
    this.#last = undefined;
    const space = this.#namespaces.get(namespace);
    if (space === undefined) return;
    space.owners.delete(name);
    this.#budget.closeOwner();
    space.sorted = undefined;
    if (space.owners.size > 0) return;
    this.#namespaces.delete(namespace);
    this.#budget.closeOwner();
    this.#sorted = undefined;
  }

  #sortedNamespaces(): readonly NamespaceNode<E>[] {
    // The order is that of the text `namespace/name`: with the slash, `a-b` comes before `a`.
    this.#sorted ??= [...this.#namespaces.values()].sort((a, b) => (`${a.name}/` < `${b.name}/` ? -1 : 1));
    return this.#sorted;
  }
}

function sortedOwners<E extends Edge>(namespace: NamespaceNode<E>): readonly OwnerNode<E>[] {
  namespace.sorted ??= [...namespace.owners.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return namespace.sorted;
}
