import type { EdgeBase } from '@network-mapper/model';
import type { Mutable } from './edge-store.ts';

/**
 * Widens the time of an edge and adds to its count, which clients read as a 64-bit integer and JavaScript as a double:
 * it ends at 2⁵³ - 1.
 */
export function addCounts(
  edge: Pick<Mutable<EdgeBase>, 'firstSeen' | 'lastSeen' | 'count'>,
  { at, firstAt, count }: { readonly at: number; readonly firstAt: number; readonly count: number },
): void {
  if (firstAt < edge.firstSeen) edge.firstSeen = firstAt;
  if (at > edge.lastSeen) edge.lastSeen = at;
  edge.count = Math.min(edge.count + count, Number.MAX_SAFE_INTEGER);
}
