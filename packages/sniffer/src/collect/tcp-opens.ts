import { formatAddress, isLoopback, type PackedAddress } from '../decode/address.ts';
import type { TcpPacket } from '../decode/packet.ts';
import type { Sighting } from '../sighting.ts';
import type { Collector, RecordSighting } from './collector.ts';

interface Endpoint {
  readonly address: PackedAddress;
  readonly port: number;
}

/** A connection that is being opened, from all copies of its SYN and SYN-ACK. */
interface Opening {
  readonly firstSeen: number;
  lastSeen: number;
  client: Endpoint;
  /** The server as the client calls it: on the first SYN, before any translation of its address. */
  called: Endpoint;
  /** The server as it was reached: on the last SYN, or the first SYN-ACK. */
  reached: Endpoint;
  accepted: boolean;
  /** How it began: by a SYN, or by a SYN-ACK whose SYN was not seen. */
  readonly bySyn: boolean;
  /** It was handed over as it stands. */
  told: boolean;
  /** It was handed over at least once; it stays for a while so that repeated SYNs are not counted again. */
  counted: boolean;
}

/** Milliseconds for further copies of an accepted connection's packets, which cross the node within a few. */
const copiesTake = 200;
/** Milliseconds an attempt waits for its SYN-ACK before it is told: two repetitions of the SYN (RFC 6298: after 1 and 3 seconds). */
const answerTakes = 3_500;
/** Milliseconds an attempt is remembered after its last SYN: repetitions are up to 32 seconds apart. */
const attemptRemembered = 35_000;
/** Openings held at most; the oldest are handed over as they stand. */
const mostOpenings = 16_384;

/**
 * New TCP connections. A packet is seen on each interface it crosses, before and after its addresses are translated; its
 * sequence number is the same in all copies (and the SYN-ACK acknowledges it), so that a Service's address and the pod
 * behind it are found together.
 */
export class TcpOpens implements Collector {
  readonly #record: RecordSighting;
  readonly #openings = new Map<number, Opening>();

  constructor(record: RecordSighting) {
    this.#record = record;
  }

  /** A segment with SYN set. */
  observe({ source, destination, tcp }: TcpPacket, time: number): 'loopback' | undefined {
    if (isLoopback(source) || isLoopback(destination)) return 'loopback';
    const from = { address: source, port: tcp.sourcePort };
    const to = { address: destination, port: tcp.destinationPort };
    if (tcp.ack) this.#synAck((tcp.acknowledgement - 1) | 0, { client: to, server: from, time });
    else this.#syn(tcp.sequence, { client: from, server: to, time });
    return undefined;
  }

  settle(now: number): void {
    for (const [sequence, opening] of this.#openings) {
      // A clock that was set back makes ages negative: such an opening is not waited for.
      const age = Math.abs(now - opening.lastSeen);
      if (!opening.told && age >= (opening.accepted ? copiesTake : answerTakes)) this.#tell(opening);
      if (opening.told && (opening.accepted || age >= attemptRemembered)) this.#openings.delete(sequence);
    }
  }

  #syn(sequence: number, seen: Seen): void {
    const opening = this.#related(sequence, seen);
    if (opening === undefined) this.#add(sequence, seen, false);
    else {
      opening.reached = seen.server;
      opening.lastSeen = seen.time;
    }
  }

  #synAck(sequence: number, seen: Seen): void {
    const opening = this.#related(sequence, seen);
    if (opening === undefined) {
      this.#add(sequence, seen, true);
      return;
    }
    const wasAccepted = opening.accepted;
    if (!opening.bySyn) {
      opening.called = seen.server;
      opening.client = seen.client;
    } else if (!wasAccepted) {
      opening.reached = seen.server;
    }
    opening.accepted = true;
    opening.lastSeen = seen.time;
    if (!wasAccepted) opening.told = false;
  }

  /** The opening with this sequence number, if the segment can be part of it: the number alone may be another's by chance. */
  #related(sequence: number, { client, server }: Seen): Opening | undefined {
    const opening = this.#openings.get(sequence);
    if (opening === undefined) return undefined;
    if (client.port === opening.client.port || same(server, opening.called) || same(server, opening.reached)) {
      return opening;
    }
    if (!opening.told) this.#tell(opening);
    this.#openings.delete(sequence);
    return undefined;
  }

  #add(sequence: number, { client, server, time }: Seen, accepted: boolean): void {
    if (this.#openings.size >= mostOpenings) this.#makeRoom();
    this.#openings.set(sequence, {
      firstSeen: time,
      lastSeen: time,
      client,
      called: server,
      reached: server,
      accepted,
      bySyn: !accepted,
      told: false,
      counted: false,
    });
  }

  #makeRoom(): void {
    for (const [sequence, opening] of this.#openings) {
      if (!opening.told) this.#tell(opening);
      this.#openings.delete(sequence);
      return;
    }
  }

  #tell(opening: Opening): void {
    this.#record(toSighting(opening));
    opening.told = true;
    opening.counted = true;
  }
}

interface Seen {
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly time: number;
}

function same(one: Endpoint, other: Endpoint): boolean {
  return one.port === other.port && one.address === other.address;
}

function toSighting({ client, called, reached, accepted, counted, firstSeen, lastSeen }: Opening): Sighting {
  return {
    client: { ip: formatAddress(client.address), hostname: '' },
    server: { name: formatAddress(called.address), ip: formatAddress(reached.address), port: called.port },
    protocol: 'TCP',
    accepted,
    connections: counted ? 0 : 1,
    sourcePorts: [client.port],
    firstSeen,
    lastSeen,
  };
}
