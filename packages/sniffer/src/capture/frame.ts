import type { Slice } from '../decode/slice.ts';

/** One captured frame; valid only while it is handed over. */
export interface Frame extends Slice {
  /** Bytes the frame had on the wire; more than the slice has when the capture cut it. */
  readonly wireLength: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export type FrameConsumer = (frame: Frame, linkType: number) => void;

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
