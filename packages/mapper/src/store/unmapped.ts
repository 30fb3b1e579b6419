import type { Evidence, SkipReason } from '@network-mapper/model';

/** A sighting that is not on the map, as its source named the two sides. */
export interface UnmappedSeen {
  readonly reason: SkipReason;
  readonly evidence: Evidence;
  readonly namespace?: string | undefined;
  readonly client: string;
  readonly server: string;
  readonly at: number;
}

export interface UnmappedPair {
  readonly reason: SkipReason;
  readonly evidence: Evidence;
  readonly namespace: string | null;
  readonly client: string;
  readonly server: string;
  readonly firstSeen: number;
  lastSeen: number;
  count: number;
}

/** Pairs that are listed; the counts by reason hold all. */
const mostPairs = 10_000;

/** What was seen and is not on the map: counts by reason and evidence, and the pairs that were seen last. */
export class Unmapped {
  readonly #totals = new Map<string, { readonly reason: SkipReason; readonly evidence: Evidence; count: number }>();
  readonly #pairs = new Map<string, UnmappedPair>();

  add({ reason, evidence, namespace, client, server, at }: UnmappedSeen): void {
    const totalKey = `${reason} ${evidence}`;
    const total = this.#totals.get(totalKey);
    if (total === undefined) this.#totals.set(totalKey, { reason, evidence, count: 1 });
    else total.count++;

    const key = `${totalKey} ${client} ${server}`;
    const pair = this.#pairs.get(key);
    if (pair === undefined) {
      if (this.#pairs.size >= mostPairs) this.#forgetOldest();
      this.#pairs.set(key, {
        reason,
        evidence,
        namespace: namespace ?? null,
        client,
        server,
        firstSeen: at,
        lastSeen: at,
        count: 1,
      });
      return;
    }
    pair.count++;
    if (at > pair.lastSeen) pair.lastSeen = at;
    // The newest last: the oldest are forgotten first.
    this.#pairs.delete(key);
    this.#pairs.set(key, pair);
  }

  totals(): readonly { readonly reason: SkipReason; readonly evidence: Evidence; readonly count: number }[] {
    return [...this.#totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total);
  }

  /** In the order of reason, evidence, client and server. */
  pairs(): readonly UnmappedPair[] {
    return [...this.#pairs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair);
  }

  #forgetOldest(): void {
    for (const key of this.#pairs.keys()) {
      this.#pairs.delete(key);
      return;
    }
  }
}
