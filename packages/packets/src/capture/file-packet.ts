/** A packet of a file, and the link type of the interface it was captured on. */
export interface FilePacket {
  readonly bytes: Buffer;
  readonly wireLength: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly linkType: number;
}

/** What ends a file. */
export type FileEnd = { readonly kind: 'complete' } | { readonly kind: 'damaged'; readonly problem: string };

/** The most bytes a packet may have: what libpcap allows. */
export const largestPacket = 262_144;
