import type { Slice } from '../decode/slice.ts';

/** One captured frame; valid only while it is handed over. */
export interface Frame extends Slice {
  /** Bytes the frame had on the wire; more than the slice has when the capture cut it. */
  readonly wireLength: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export type FrameConsumer = (frame: Frame, linkType: number) => void;
