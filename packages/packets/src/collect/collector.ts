import type { Sighting } from '@network-mapper/model';
import type { Packet } from '../decode/packet.ts';
import type { SkipReason } from '../skip-reason.ts';
import type { Undecodable } from '../decode/undecodable.ts';
import type { ReasonCounts } from '@network-mapper/model';

/** Takes what was noticed; the caller keeps nothing. */
export type RecordSighting = (sighting: Sighting) => void;

/** What every collector is given. */
export interface CollectorOptions {
  readonly record: RecordSighting;
  /** Milliseconds between two times that what lasts is recorded. */
  readonly emitEvery: number;
  readonly skipped: ReasonCounts<SkipReason>;
  readonly undecodable: ReasonCounts<Undecodable>;
}

/** When and where a packet passed. The object is reused from packet to packet. */
export interface Passage {
  /** Milliseconds since the epoch, by the kernel's clock. */
  readonly time: number;
  /** Where it passed, as of `hopOf`. */
  readonly hop: number;
}

/** One kind of evidence on the packet path. A new kind is a folder here and a line in `createCollectors`. */
export interface PacketCollector {
  /** The packets it needs, as alternatives in the language of pcap-filter(7); the kernel hands over no others. */
  readonly filters: readonly string[];

  /**
   * Called with every packet that was decoded, whichever collector asked for it. Packet and passage are valid during
   * the call.
   */
  observe(packet: Packet, passage: Passage): void;

  /**
   * Records what is due; true when that was not all of it.
   * @param now Milliseconds since the epoch by the clock of the packets; `Infinity` records everything.
   */
  emitDue(now: number, options?: EmitOptions): boolean;
}

export interface EmitOptions {
  /** Sightings of one kind of evidence that are recorded at most. */
  readonly most?: number;
}
