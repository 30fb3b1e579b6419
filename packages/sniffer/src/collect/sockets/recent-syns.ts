import type { PackedAddress } from '../../decode/address.ts';
import type { Packet } from '../../decode/packet.ts';
import type { PacketCollector } from '../collector.ts';
import { synFilters } from '../syn-filter.ts';

/** The two ends of a connection. */
export interface Ends {
  readonly client: Endpoint;
  readonly server: Endpoint;
}

export interface Endpoint {
  readonly address: PackedAddress;
  readonly port: number;
}

/** Slots of the table; a power of two. */
const slots = 32_768;

/**
 * Which connections were opened lately, and by whom: two hashes for each in a table of fixed size. One that loses its slot
 * to another is merely not known.
 */
export class RecentSyns implements PacketCollector {
  readonly filters = synFilters;
  readonly #marks = new Int32Array(slots);
  #slot = 0;
  #mark = 0;

  observe(packet: Packet): void {
    if (packet.kind !== 'tcp' || !packet.syn) return;
    const from = { address: packet.source, port: packet.sourcePort };
    const to = { address: packet.destination, port: packet.destinationPort };
    this.#compute(packet.ack ? { client: to, server: from } : { client: from, server: to });
    this.#marks[this.#slot] = this.#mark;
  }

  /** It has no sightings of its own: it says which side of a socket is the client. */
  emitDue(): boolean {
    return false;
  }

  has(ends: Ends): boolean {
    this.#compute(ends);
    return this.#marks[this.#slot] === this.#mark;
  }

  #compute({ client, server }: Ends): void {
    const [from, to] = [numberOf(client.address), numberOf(server.address)];
    const hash = mix(mix(mix(0x811c9dc5, (client.port << 16) | server.port), from), to);
    this.#slot = hash & (slots - 1);
    this.#mark = mix(mix(hash, to), from) | 1; // Never 0, which is an empty slot.
  }
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

function numberOf(address: PackedAddress): number {
  if (typeof address === 'number') return address;
  let hash = 0;
  for (let index = 0; index < address.length; index++) hash = Math.imul(hash ^ address.charCodeAt(index), 0x01000193);
  return hash;
}
