import type { Edge } from '@network-mapper/model';

export interface Changes {
  /** Edges as they stand now; those that are gone as they were last. */
  readonly changes: readonly Edge[];
  /** Where to go on reading. */
  readonly cursor: number;
  /** There may be more after `cursor`. */
  readonly more: boolean;
  /**
   * Edges that left are not known as far back as the cursor that was given: the reader has to start with an empty map.
   */
  readonly restarted: boolean;
}

/** An edge, of which the log writes these. */
type Logged = Edge & { revision: number; gone: boolean };

/** Edges that left are remembered up to this number, for readers that come rarely. */
const mostGone = 10_000;
/** Entries that one reading looks at: one that wants few of them must not hold up others. */
const mostScanned = 5_000;
/** The log is compacted when it has twice as many entries as edges, and not before it has this many. */
const leastEntries = 4_096;

/**
 * Gives every change of the map a revision, and answers what changed since one. An edge stands in the log once, at its
 * last change:
 *
 *     revision   1   2   3   4   5   6         changesSince(3) = [c 4, a 5, b gone 6]
 *     edge       a   b   .   c   a   b gone    (a 1 and b 2 are passed over: they changed again)
 *
 * An edge that changes again before anybody has read its last change stays where it is: sightings of edges that no
 * reader waits for cost nothing.
 */
export class ChangeLog {
  /** Ascending; entry n is the change of `#edges[n]`. */
  #revisions: number[] = [];
  #edges: Logged[] = [];
  #last = 0;
  /** The greatest revision that any reader has. */
  #readUpTo = 0;
  /** Edges that left up to this revision may be forgotten. */
  #forgottenUpTo = 0;
  #live = 0;
  #gone = 0;

  /** The latest revision. */
  get revision(): number {
    return this.#last;
  }

  /** An edge that is new. */
  added(edge: Logged): void {
    this.#live++;
    this.#append(edge);
  }

  changed(edge: Logged): void {
    if (edge.revision <= this.#readUpTo) this.#append(edge);
  }

  removed(edge: Logged): void {
    edge.gone = true;
    this.#live--;
    this.#gone++;
    this.#append(edge);
  }

  /**
   * What changed after `cursor` (0 for everything, with what has left), at most `limit` edges, of those that the reader
   * `wants`, in the order of their last change.
   */
  changesSince(
    cursor: number,
    { limit, wants }: { readonly limit: number; readonly wants?: ((edge: Edge) => boolean) | undefined },
  ): Changes {
    const restarted = cursor > 0 && cursor < this.#forgottenUpTo;
    const from = restarted ? 0 : cursor;
    const changes: Edge[] = [];
    let at = this.#placeAfter(from);
    const last = wants === undefined ? this.#edges.length : Math.min(this.#edges.length, at + mostScanned);
    let reached = from;
    for (; at < last && changes.length < limit; at++) {
      const [edge, revision] = [this.#edges[at], this.#revisions[at]];
      if (edge === undefined || revision === undefined) break;
      reached = revision;
      if (edge.revision === revision && wants?.(edge) !== false) changes.push(edge);
    }
    const more = at < this.#edges.length;
    if (!more) reached = Math.max(reached, this.#last);
    this.#readUpTo = Math.max(this.#readUpTo, reached);
    return { changes, cursor: reached, more, restarted };
  }

  #append(edge: Logged): void {
    edge.revision = ++this.#last;
    this.#revisions.push(edge.revision);
    this.#edges.push(edge);
    if (this.#edges.length > leastEntries && this.#edges.length > 2 * (this.#live + Math.min(this.#gone, mostGone)))
      this.#compact();
  }

  /** Drops entries of edges that changed again, and what left first where too much has left. */
  #compact(): void {
    let excess = Math.max(0, this.#gone - mostGone);
    const [revisions, edges]: [number[], Logged[]] = [[], []];
    for (const [at, edge] of this.#edges.entries()) {
      const revision = this.#revisions[at] ?? 0;
      if (edge.revision !== revision) continue;
      if (edge.gone && excess > 0) {
        excess--;
        this.#gone--;
        this.#forgottenUpTo = revision;
        continue;
      }
      revisions.push(revision);
      edges.push(edge);
    }
    this.#revisions = revisions;
    this.#edges = edges;
  }

  /** The first entry after a revision. */
  #placeAfter(cursor: number): number {
    let [low, high] = [0, this.#revisions.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#revisions[middle] ?? 0) <= cursor) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
