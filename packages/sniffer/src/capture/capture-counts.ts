/** What the kernel counted since the start. */
export interface CaptureCounts {
  /** Packets that passed the filter. */
  readonly received: number;
  /** Packets for which the kernel's ring had no room. */
  readonly dropped: number;
  readonly droppedByInterface: number;
}

export const noCounts: CaptureCounts = { received: 0, dropped: 0, droppedByInterface: 0 };

export function addCounts(one: CaptureCounts, other: CaptureCounts): CaptureCounts {
  return {
    received: one.received + other.received,
    dropped: one.dropped + other.dropped,
    droppedByInterface: one.droppedByInterface + other.droppedByInterface,
  };
}
