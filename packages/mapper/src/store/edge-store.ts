/** What all edges of the map have in common. Times are milliseconds since the epoch. Only the store changes an edge. */
export interface Edge {
  firstSeen: number;
  lastSeen: number;
  /** How often it was reported. */
  count: number;
}

/** One kind of edges: whose they are, how they are told apart, and how a sighting becomes or changes an edge. */
export interface EdgeKind<E extends Edge, S> {
  /** The workload that the edge belongs to: the side by whose namespace the map is asked for. */
  owner(seen: S): { readonly namespace: string; readonly name: string };
  /** Distinguishes the edges of one owner, and orders them. */
  key(seen: S): string;
  create(seen: S): E;
  /** Adds what was seen to an edge. The order in which sightings come must not matter, except where the API says that the first wins. */
  merge(edge: E, seen: S): void;
  /** How many edges one owner may have at the most; then the one that was found first is forgotten. */
  readonly limit?: number;
}

interface Slot<E> {
  readonly key: string;
  readonly edge: E;
  /** Whether the edge is not on the map any more. */
  gone: boolean;
  /** What came after it the last time. */
  next: Slot<E> | undefined;
}

interface OwnerNode<E> {
  readonly name: string;
  readonly slots: Map<string, Slot<E>>;
  last: Slot<E> | undefined;
  sorted: readonly E[] | undefined;
}

interface NamespaceNode<E> {
  readonly name: string;
  readonly owners: Map<string, OwnerNode<E>>;
  sorted: readonly OwnerNode<E>[] | undefined;
}

/**
 * The edges of one kind, one per owner and key. Read in the order of owner (`namespace/name`, byte-wise) and key. A reader may
 * pause between edges while others are added: it sees each edge of its start at most once, as it stands when it comes to it.
 */
export class EdgeStore<E extends Edge, S> {
  readonly #kind: EdgeKind<E, S>;
  readonly #namespaces = new Map<string, NamespaceNode<E>>();
  readonly #listeners = new Set<(seen: S) => void>();
  #sorted: readonly NamespaceNode<E>[] | undefined;
  /** Reports tell what one workload did, one thing after another. */
  #last: { readonly owner: object; readonly node: OwnerNode<E> } | undefined;
  #size = 0;
  #forgotten = 0;

  constructor(kind: EdgeKind<E, S>) {
    this.#kind = kind;
  }

  get size(): number {
    return this.#size;
  }

  /** Edges given up because their owner had too many. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Adds or merges a sighting and returns its edge as it now stands. */
  add(seen: S): E {
    const node = this.#nodeOf(this.#kind.owner(seen));
    const key = this.#kind.key(seen);
    let edge = knownEdge(node, key);
    if (edge === undefined) {
      edge = this.#kind.create(seen);
      if (node.slots.size >= (this.#kind.limit ?? Infinity)) this.#forgetFirst(node);
      node.slots.set(key, { key, edge, gone: false, next: undefined });
      node.sorted = undefined;
      this.#size++;
    } else {
      this.#kind.merge(edge, seen);
    }
    for (const listener of this.#listeners) listener(seen);
    return edge;
  }

  get(owner: { readonly namespace: string; readonly name: string }, key: string): E | undefined {
    return this.#namespaces.get(owner.namespace)?.owners.get(owner.name)?.slots.get(key)?.edge;
  }

  remove(owner: { readonly namespace: string; readonly name: string }, key: string): void {
    const node = this.#namespaces.get(owner.namespace)?.owners.get(owner.name);
    const slot = node?.slots.get(key);
    if (node !== undefined && slot !== undefined) this.#giveUp(node, slot);
  }

  clear(): void {
    this.#namespaces.clear();
    this.#sorted = undefined;
    this.#last = undefined;
    this.#size = 0;
  }

  /** Called with every sighting that is added. Returns the end of it. */
  subscribe(listener: (seen: S) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The edges of all owners, or of owners in some namespaces, owner by owner. */
  *byOwner(namespaces?: ReadonlySet<string>): Generator<readonly E[]> {
    for (const namespace of this.#sortedNamespaces()) {
      if (namespaces !== undefined && !namespaces.has(namespace.name)) continue;
      for (const owner of sortedOwners(namespace)) {
        owner.sorted ??= [...owner.slots.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ edge }) => edge);
        yield owner.sorted;
      }
    }
  }

  #nodeOf(owner: { readonly namespace: string; readonly name: string }): OwnerNode<E> {
    if (this.#last?.owner === owner) return this.#last.node;
    const { namespace, name } = owner;
    let space = this.#namespaces.get(namespace);
    if (space === undefined) {
      space = { name: namespace, owners: new Map(), sorted: undefined };
      this.#namespaces.set(namespace, space);
      this.#sorted = undefined;
    }
    let node = space.owners.get(name);
    if (node === undefined) {
      node = { name, slots: new Map(), last: undefined, sorted: undefined };
      space.owners.set(name, node);
      space.sorted = undefined;
    }
    this.#last = { owner, node };
    return node;
  }

  #forgetFirst(node: OwnerNode<E>): void {
    for (const slot of node.slots.values()) {
      this.#giveUp(node, slot);
      this.#forgotten++;
      return;
    }
  }

  #giveUp(node: OwnerNode<E>, slot: Slot<E>): void {
    node.slots.delete(slot.key);
    node.sorted = undefined;
    slot.gone = true;
    this.#size--;
  }

  #sortedNamespaces(): readonly NamespaceNode<E>[] {
    // The order is that of the text `namespace/name`: with the slash, `a-b` comes before `a`.
    this.#sorted ??= [...this.#namespaces.values()].sort((a, b) => (`${a.name}/` < `${b.name}/` ? -1 : 1));
    return this.#sorted;
  }
}

/**
 * The edge of a key. Reports tell the same again and again in the same order, so the edge that came after the last one is tried first: in a large
 * map, looking it up takes longer than all else that is done for a sighting of a known edge.
 */
function knownEdge<E>(node: OwnerNode<E>, key: string): E | undefined {
  const { last } = node;
  const expected = last?.next;
  if (expected?.key === key && !expected.gone) {
    node.last = expected;
    return expected.edge;
  }
  const slot = node.slots.get(key);
  if (last !== undefined) last.next = slot;
  node.last = slot;
  return slot?.edge;
}

function sortedOwners<E>(namespace: NamespaceNode<E>): readonly OwnerNode<E>[] {
  namespace.sorted ??= [...namespace.owners.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return namespace.sorted;
}
