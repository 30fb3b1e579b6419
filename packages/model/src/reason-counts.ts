export interface ReasonCount {
  readonly reason: string;
  readonly count: number;
}

/** Counts by a named reason, since the start. */
export class ReasonCounts<Reason extends string> {
  readonly #counts = new Map<Reason, number>();

  add(reason: Reason, count = 1): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count);
  }

  /** In the order of reasons. */
  entries(): readonly ReasonCount[] {
    return [...this.#counts]
      .map(([reason, count]) => ({ reason, count }))
      .sort((a, b) => (a.reason < b.reason ? -1 : 1));
  }
}
