import type { Frame } from '../capture/frame.ts';
import { hopOf } from '../decode/link.ts';
import { decodePacket } from '../decode/packet.ts';
import { isUndecodable, type Undecodable } from '../decode/undecodable.ts';
import type { EmitOptions, PacketCollector } from './collector.ts';
import type { ReasonCounts } from '@network-mapper/model';

export interface PacketPathOptions {
  readonly collectors: readonly PacketCollector[];
  readonly undecodable: ReasonCounts<Undecodable>;
}

/** Decodes frames and passes them to the collectors; it knows no kind of evidence. */
export class PacketPath {
  readonly #collectors: readonly PacketCollector[];
  readonly #undecodable: ReasonCounts<Undecodable>;
  readonly #passage = { time: 0, hop: 0 };
  #frames = 0;

  constructor({ collectors, undecodable }: PacketPathOptions) {
    this.#collectors = collectors;
    this.#undecodable = undecodable;
  }

  /** What the kernel hands over, as of pcap-filter(7); undefined when no packet is wanted. */
  get filter(): string | undefined {
    const filters = new Set(this.#collectors.flatMap(collector => collector.filters));
    return filters.size === 0 ? undefined : [...filters].map(filter => `(${filter})`).join(' or ');
  }

  /** Frames taken in. */
  get frames(): number {
    return this.#frames;
  }

  consume(frame: Frame, linkType: number): void {
    this.#frames++;
    const packet = decodePacket(frame, linkType);
    if (isUndecodable(packet)) {
      this.#undecodable.add(packet);
      return;
    }
    this.#passage.time = frame.time;
    this.#passage.hop = hopOf(frame, linkType);
    for (const collector of this.#collectors) collector.observe(packet, this.#passage);
  }

  /** Records what is due; true when that was not all of it. `now` as of `PacketCollector.emitDue`. */
  emitDue(now: number, options?: EmitOptions): boolean {
    return this.#collectors.map(collector => collector.emitDue(now, options)).includes(true);
  }
}
