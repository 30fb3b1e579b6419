import type { Edge } from '@network-mapper/model';

/** An edge that came, changed or left. */
export interface Change {
  /** The edge as it stands now; of one that left, as it was last. */
  readonly edge: Edge;
  readonly gone: boolean;
}

export interface Changes {
  readonly changes: readonly Change[];
  /** Where to go on reading. */
  readonly cursor: number;
  /** There may be more after `cursor`. */
  readonly more: boolean;
  /** Edges that left are not known as far back as the cursor that was given: the reader has to start with an empty map. */
  readonly restarted: boolean;
}

/** The place of an edge in the log. */
export interface Slot<E extends Edge = Edge> {
  readonly edge: E;
  /** The edge is not on the map any more. */
  gone: boolean;
  /** The revision at which it changed last. */
  revision: number;
}

/** Edges that left are remembered up to this number, for readers that come rarely. */
const mostGone = 100_000;
/** The log is compacted when it has twice as many entries as edges, and not before it has this many. */
const leastEntries = 4_096;

/**
 * Gives every change of the map a revision, and answers what changed since one. An edge stands in the log once, at its last change:
 *
 *     revision   1   2   3   4   5   6         changesSince(3) = [c 4, a 5, b gone 6]
 *     edge       a   b   .   c   a   b gone    (a 1 and b 2 are passed over: they changed again)
 *
 * An edge that changes again before anybody has read its last change stays where it is: sightings of edges that no reader waits for cost nothing.
 */
export class ChangeLog {
  /** Ascending; entry n is the change of `#slots[n]`. */
  #revisions: number[] = [];
  #slots: Slot[] = [];
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
  added<E extends Edge>(edge: E): Slot<E> {
    const slot = { edge, gone: false, revision: 0 };
    this.#live++;
    this.#append(slot);
    return slot;
  }

  changed(slot: Slot): void {
    if (slot.revision <= this.#readUpTo) this.#append(slot);
  }

  removed(slot: Slot): void {
    slot.gone = true;
    this.#live--;
    this.#gone++;
    this.#append(slot);
  }

  /** What changed after `cursor` (0 for everything, with what has left), at most `limit` edges, in the order of their last change. */
  changesSince(cursor: number, limit: number): Changes {
    const restarted = cursor > 0 && cursor < this.#forgottenUpTo;
    const from = restarted ? 0 : cursor;
    const changes: Change[] = [];
    let at = this.#placeAfter(from);
    let reached = from;
    for (; at < this.#slots.length && changes.length < limit; at++) {
      const [slot, revision] = [this.#slots[at], this.#revisions[at]];
      if (slot === undefined || revision === undefined) break;
      reached = revision;
      if (slot.revision === revision) changes.push(slot);
    }
    const more = at < this.#slots.length;
    if (!more) reached = Math.max(reached, this.#last);
    this.#readUpTo = Math.max(this.#readUpTo, reached);
    return { changes, cursor: reached, more, restarted };
  }

  #append(slot: Slot): void {
    slot.revision = ++this.#last;
    this.#revisions.push(slot.revision);
    this.#slots.push(slot);
    if (this.#slots.length > leastEntries && this.#slots.length > 2 * (this.#live + Math.min(this.#gone, mostGone)))
      this.#compact();
  }

  /** Drops entries that changed again, and what left first where too much has left. */
  #compact(): void {
    let excess = Math.max(0, this.#gone - mostGone);
    const [revisions, slots]: [number[], Slot[]] = [[], []];
    for (const [at, slot] of this.#slots.entries()) {
      const revision = this.#revisions[at] ?? 0;
      if (slot.revision !== revision) continue;
      if (slot.gone && excess > 0) {
        excess--;
        this.#gone--;
        this.#forgottenUpTo = revision;
        continue;
      }
      revisions.push(revision);
      slots.push(slot);
    }
    this.#revisions = revisions;
    this.#slots = slots;
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
