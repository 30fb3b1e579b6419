import { synFilters, type Packet, type PackedAddress, type PacketCollector } from '@network-mapper/packets';

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
 * Which connections were opened lately, and by whom: two hashes for each in a table of fixed size. One that loses its
 * slot to another is merely not known.
 */
export class RecentSyns implements PacketCollector {
  readonly filters = synFilters;
  readonly #marks = new Int32Array(slots);
  #slot = 0;
  #mark = 0;

  observe(packet: Packet): void {
    if (packet.kind !== 'tcp' || !packet.syn) return;
    const [source, destination] = [numberOf(packet.source), numberOf(packet.destination)];
    const { sourcePort, destinationPort } = packet;
    if (packet.ack) this.#compute((destinationPort << 16) | sourcePort, [destination, source]);
    else this.#compute((sourcePort << 16) | destinationPort, [source, destination]);
    this.#marks[this.#slot] = this.#mark;
  }

  /** It has no sightings of its own: it says which side of a socket is the client. */
  emitDue(): boolean {
    return false;
  }

  has({ client, server }: Ends): boolean {
    this.#compute((client.port << 16) | server.port, [numberOf(client.address), numberOf(server.address)]);
    return this.#marks[this.#slot] === this.#mark;
  }

  /** From the ports and the addresses of client and server. */
  #compute(ports: number, [from, to]: readonly [number, number]): void {
    const hash = mix(mix(mix(0x811c9dc5, ports), from), to);
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
