import { addressKey, addressPairKey, formatAddress, isLoopback, type PackedAddress } from '../decode/address.ts';
import type { TcpPacket } from '../decode/tcp.ts';
import { mostSourcePorts, type Sighting } from '../sighting.ts';
import type { Collector, RecordSighting, SettleOptions } from './collector.ts';
import { Gathered, type Gatherable } from './gathered.ts';

interface Endpoint {
  readonly address: PackedAddress;
  readonly port: number;
}

/** A connection that is being opened, from all copies of its SYN and SYN-ACK. */
interface Opening {
  lastSeen: number;
  client: PackedAddress;
  clientPort: number;
  /** The server as the client calls it: on the first SYN, before any translation of its address. */
  called: PackedAddress;
  calledPort: number;
  /** The server as it was reached: on the last SYN, or the first SYN-ACK. */
  reached: PackedAddress;
  reachedPort: number;
  accepted: boolean;
  /** How it began: by a SYN, or by a SYN-ACK whose SYN was not seen. */
  bySyn: boolean;
  /** It was told as it stands. */
  told: boolean;
  /** It was told at least once; it stays for a while so that repeated SYNs are not counted again. */
  counted: boolean;
}

/** Connections of one client to one server. */
interface Flow extends Gatherable {
  readonly client: PackedAddress;
  readonly called: PackedAddress;
  readonly reached: PackedAddress;
  readonly port: number;
  readonly accepted: boolean;
  connections: number;
  sourcePorts: number[];
}

interface Seen {
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly time: number;
}

/** Milliseconds for further copies of an accepted connection's packets, which cross the node within a few. */
const copiesTake = 200;
/** Milliseconds an attempt waits for its SYN-ACK before it is told: two repetitions of the SYN (RFC 6298: after 1 and 3 seconds). */
const answerTakes = 3_500;
/** Milliseconds an attempt is remembered after its last SYN: repetitions are up to 32 seconds apart. */
const attemptRemembered = 35_000;
/** Openings held at most; when there is no room some of the oldest are told as they stand. */
const mostOpenings = 16_384;
const leaveAtOnce = 1_024;
/** Openings kept for use again, so that a busy node does not make garbage. */
const mostSpare = 1024;

/**
 * New TCP connections. A packet is seen on each interface it crosses, before and after its addresses are translated; its
 * sequence number is the same in all copies (and the SYN-ACK acknowledges it), so that a Service's address and the pod
 * behind it are found together.
 */
export class TcpOpens implements Collector {
  readonly #openings = new Map<number, Opening>();
  readonly #spare: Opening[] = [];
  readonly #flows: Gathered<Flow>;

  /** @param handOverEvery Milliseconds between two times that connections of one client to one server are recorded. */
  constructor(record: RecordSighting, handOverEvery: number) {
    this.#flows = new Gathered({ handOver: flow => record(takeSighting(flow)), keepBack: 0, handOverEvery });
  }

  /** A segment with SYN set. */
  observe(packet: TcpPacket, time: number): 'loopback' | undefined {
    const { source, destination, sourcePort, destinationPort, sequence, acknowledgement, ack } = packet;
    if (isLoopback(source) || isLoopback(destination)) return 'loopback';
    const from = { address: source, port: sourcePort };
    const to = { address: destination, port: destinationPort };
    if (ack) this.#synAck((acknowledgement - 1) | 0, { client: to, server: from, time });
    else this.#syn(sequence, { client: from, server: to, time });
    return undefined;
  }

  settle(now: number, options?: SettleOptions): boolean {
    // Not `for … of`, which makes an array of each entry: garbage by the megabyte, several times a second.
    this.#openings.forEach((opening, sequence) => {
      // A clock that was set back makes ages negative: such an opening is not waited for.
      const age = Math.abs(now - opening.lastSeen);
      if (!opening.told && age >= (opening.accepted ? copiesTake : answerTakes)) this.#tell(opening);
      if (opening.told && (opening.accepted || age >= attemptRemembered)) this.#remove(sequence, opening);
    });
    return this.#flows.settle(now, options);
  }

  #syn(sequence: number, seen: Seen): void {
    const opening = this.#related(sequence, seen);
    if (opening === undefined) this.#add(sequence, seen, false);
    else {
      setReached(opening, seen.server);
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
      setClient(opening, seen.client);
      setCalled(opening, seen.server);
    } else if (!wasAccepted) {
      setReached(opening, seen.server);
    }
    opening.accepted = true;
    opening.lastSeen = seen.time;
    if (!wasAccepted) opening.told = false;
  }

  /** The opening with this sequence number, if the segment can be part of it: the number alone may be another's by chance. */
  #related(sequence: number, { client, server }: Seen): Opening | undefined {
    const opening = this.#openings.get(sequence);
    if (opening === undefined) return undefined;
    const { clientPort, called, calledPort, reached, reachedPort } = opening;
    if (client.port === clientPort) return opening;
    if (server.address === called && server.port === calledPort) return opening;
    if (server.address === reached && server.port === reachedPort) return opening;
    if (!opening.told) this.#tell(opening);
    this.#remove(sequence, opening);
    return undefined;
  }

  #add(sequence: number, { client, server, time }: Seen, accepted: boolean): void {
    if (this.#openings.size >= mostOpenings) this.#makeRoom();
    const opening = this.#spare.pop() ?? newOpening();
    opening.lastSeen = time;
    setClient(opening, client);
    setCalled(opening, server);
    setReached(opening, server);
    opening.accepted = accepted;
    opening.bySyn = !accepted;
    opening.told = false;
    opening.counted = false;
    this.#openings.set(sequence, opening);
  }

  #remove(sequence: number, opening: Opening): void {
    this.#openings.delete(sequence);
    if (this.#spare.length < mostSpare) this.#spare.push(opening);
  }

  #makeRoom(): void {
    let left = leaveAtOnce;
    for (const [sequence, opening] of this.#openings) {
      if (left-- === 0) return;
      if (!opening.told) this.#tell(opening);
      this.#remove(sequence, opening);
    }
  }

  #tell(opening: Opening): void {
    const flow = this.#flow(opening);
    if (!opening.counted) flow.connections++;
    if (flow.sourcePorts.length < mostSourcePorts) flow.sourcePorts.push(opening.clientPort);
    this.#flows.see(flow, opening.lastSeen);
    opening.told = true;
    opening.counted = true;
  }

  #flow({ client, called, reached, calledPort: port, accepted }: Opening): Flow {
    const key = addressPairKey(client, called, port * 2 + Number(accepted)) + addressKey(reached);
    const known = this.#flows.get(key);
    if (known !== undefined) return known;
    const counts = { connections: 0, sourcePorts: [], firstSeen: 0, lastSeen: 0, seen: 0, handedOver: -Infinity };
    const flow: Flow = { client, called, reached, port, accepted, ...counts };
    this.#flows.add(key, flow);
    return flow;
  }
}

function newOpening(): Opening {
  const parties = { client: 0, clientPort: 0, called: 0, calledPort: 0, reached: 0, reachedPort: 0 };
  return { lastSeen: 0, ...parties, accepted: false, bySyn: false, told: false, counted: false };
}

function setClient(opening: Opening, { address, port }: Endpoint): void {
  opening.client = address;
  opening.clientPort = port;
}

function setCalled(opening: Opening, { address, port }: Endpoint): void {
  opening.called = address;
  opening.calledPort = port;
}

function setReached(opening: Opening, { address, port }: Endpoint): void {
  opening.reached = address;
  opening.reachedPort = port;
}

/** What is new about the flow since it was taken last. */
function takeSighting(flow: Flow): Sighting {
  const { client, called, reached, port, accepted, connections, sourcePorts, firstSeen, lastSeen } = flow;
  flow.connections = 0;
  flow.sourcePorts = [];
  return {
    client: { ip: formatAddress(client), hostname: '' },
    server: { name: formatAddress(called), ip: formatAddress(reached), port },
    protocol: 'TCP',
    accepted,
    connections,
    sourcePorts,
    firstSeen,
    lastSeen,
  };
}
