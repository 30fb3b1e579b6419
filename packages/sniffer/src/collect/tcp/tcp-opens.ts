import { isLoopback, type PackedAddress } from '../../decode/address.ts';
import { isOutgoing } from '../../decode/link.ts';
import type { TcpPacket } from '../../decode/tcp.ts';
import type { Passage } from '../collector.ts';

export interface Endpoint {
  readonly address: PackedAddress;
  readonly port: number;
}

/** What became of an attempt to connect. */
export type Outcome =
  | 'accepted'
  /** No SYN-ACK came, and the capture has lost nothing meanwhile. */
  | 'unanswered'
  /** No SYN-ACK was seen, but it may have been among packets that the capture lost. */
  | 'unknown';

/** An attempt to connect. The object is valid during the call that hands it over. */
export interface OpenedConnection {
  readonly client: Endpoint;
  /** The server as the client calls it: before any translation of its address. */
  readonly called: Endpoint;
  /** The server as it was reached: behind the translation. */
  readonly reached: Endpoint;
  readonly outcome: Outcome;
  /** False when it was handed over before, as unanswered. */
  readonly isFirst: boolean;
  /** When its last packet was seen, milliseconds since the epoch. */
  readonly time: number;
}

export interface TcpOpensOptions {
  readonly onOpen: (connection: OpenedConnection) => void;
  /** Packets that the capture has lost since its start. */
  readonly lost: () => number;
}

/** From the first packet of a connection until it is forgotten. */
type State =
  /** A SYN was seen; its SYN-ACK is waited for. */
  | 'calling'
  /** It was handed over without an answer, and is remembered so that repeated SYNs are not counted again. */
  | 'unanswered'
  /** A SYN-ACK was seen; further copies of it are waited for. */
  | 'accepted'
  /** The same, after it was handed over as unanswered. */
  | 'accepted-late';

interface Opening {
  state: State;
  sequence: number;
  /** It began with a SYN; else with a SYN-ACK whose SYN was not seen. */
  bySyn: boolean;
  /** Another opening has the same sequence number: the number relates no copies. */
  sharesSequence: boolean;
  firstHop: number;
  lastSeen: number;
  /** `lost()` at its last SYN. */
  lostBefore: number;
  client: Endpoint;
  /** The client as the server sees it: behind masquerading another one. */
  seenClient: Endpoint;
  called: Endpoint;
  reached: Endpoint;
  /** Keys of the pairs of endpoints that its copies had. */
  keys: string[];
}

/** Milliseconds for all copies of a packet to cross the node. */
const copiesTake = 50;
/** Milliseconds for further copies of an accepted connection's packets; those of a batch later are waited for as well. */
const acceptedWaits = 200;
/** Milliseconds an attempt waits for its SYN-ACK: two repetitions of the SYN (RFC 6298: after 1 and 3 seconds). */
const answerTakes = 3_500;
/** Milliseconds an attempt is remembered after its last SYN: repetitions are up to 32 seconds apart. */
const attemptRemembered = 35_000;
/** Pairs of endpoints remembered at most; without room the oldest openings are handed over as they stand. */
const mostRemembered = 16_384;
const leaveAtOnce = 1_024;

/**
 * New TCP connections. A packet is seen on each interface it crosses, before and after its addresses are translated. Its
 * sequence number is the same in all copies, and the SYN-ACK acknowledges it:
 *
 *     time   place       SYN                              SYN-ACK
 *     0.0    pod, in     client → Service                                              client, called
 *     0.1    pod, out    client or node → endpoint                                     reached
 *     1.0    pod, in                                      endpoint → client or node    accepted
 *     1.1    pod, out                                     Service → client
 *     200                                                                              handed over, forgotten
 *
 *     0.0    pod, in     client → nobody                                               calling
 *     1 s    pod, in     client → nobody (repeated)
 *     4.5 s                                                                            handed over as unanswered
 *     4.7 s                                               nobody → client              handed over as accepted
 *     36 s                                                                             forgotten
 *
 * A copy with other addresses belongs to a packet only if it can be its translation (`isTranslation`): scanners send many
 * SYNs with one sequence number and one port.
 */
export class TcpOpens {
  readonly #options: TcpOpensOptions;
  readonly #byEndpoints = new Map<string, Opening>();
  /** The latest opening with a sequence number. */
  readonly #bySequence = new Map<number, Opening>();
  #lost = 0;

  constructor(options: TcpOpensOptions) {
    this.#options = options;
  }

  /** A segment with SYN set. */
  observe(packet: TcpPacket, passage: Passage): 'loopback' | undefined {
    const { source, destination, sourcePort, destinationPort, ack } = packet;
    if (isLoopback(source) || isLoopback(destination)) return 'loopback';
    const from = { address: source, port: sourcePort };
    const to = { address: destination, port: destinationPort };
    const sequence = ack ? (packet.acknowledgement - 1) | 0 : packet.sequence;
    const [client, server] = ack ? [to, from] : [from, to];
    this.#observe({ client, server, sequence, ack }, passage);
    return undefined;
  }

  /** Hands over what waited long enough. `now` by the clock of the packets; `Infinity` for everything. */
  handOverDue(now: number): void {
    this.#lost = this.#options.lost();
    // Not `for … of`, which makes an array of each entry: garbage by the megabyte, several times a second.
    this.#byEndpoints.forEach(opening => {
      // A clock that was set back makes ages negative: such an opening is not waited for.
      const age = Math.abs(now - opening.lastSeen);
      switch (opening.state) {
        case 'calling':
          if (age >= answerTakes) this.#handOver(opening);
          break;
        case 'unanswered':
          if (age >= attemptRemembered) this.#forget(opening);
          break;
        case 'accepted':
        case 'accepted-late':
          if (age < acceptedWaits) break;
          this.#handOver(opening);
          this.#forget(opening);
      }
    });
  }

  #observe(segment: Segment, passage: Passage): void {
    const key = endpointsKey(segment);
    const known = this.#byEndpoints.get(key);
    const opening = known ?? this.#translated(key, segment, passage) ?? this.#add(key, segment, passage);
    opening.lastSeen = passage.time;
    if (segment.ack) opening.state = afterSynAck(opening.state);
    else opening.lostBefore = this.#lost;
  }

  /** The opening of which this segment is a copy behind the translation of addresses; it has its endpoints from now on. */
  #translated(key: string, segment: Segment, passage: Passage): Opening | undefined {
    const opening = this.#bySequence.get(segment.sequence);
    if (opening === undefined || !isTranslation(opening, segment, passage)) return undefined;
    if (opening.bySyn) {
      opening.seenClient = segment.client;
      opening.reached = segment.server;
    } else {
      opening.client = segment.client;
      opening.called = segment.server;
    }
    opening.keys.push(key);
    this.#byEndpoints.set(key, opening);
    return opening;
  }

  #add(key: string, { client, server, sequence, ack }: Segment, { time, hop }: Passage): Opening {
    if (this.#byEndpoints.size >= mostRemembered) this.#makeRoom();
    const other = this.#bySequence.get(sequence);
    if (other !== undefined) other.sharesSequence = true;
    const opening: Opening = {
      state: ack ? 'accepted' : 'calling',
      sequence,
      bySyn: !ack,
      sharesSequence: other !== undefined,
      firstHop: hop,
      lastSeen: time,
      lostBefore: this.#lost,
      client,
      seenClient: client,
      called: server,
      reached: server,
      keys: [key],
    };
    this.#byEndpoints.set(key, opening);
    this.#bySequence.set(sequence, opening);
    return opening;
  }

  #forget(opening: Opening): void {
    for (const key of opening.keys) this.#byEndpoints.delete(key);
    if (this.#bySequence.get(opening.sequence) === opening) this.#bySequence.delete(opening.sequence);
  }

  #makeRoom(): void {
    let left = leaveAtOnce;
    for (const opening of this.#byEndpoints.values()) {
      if (left-- === 0) return;
      if (opening.state !== 'unanswered') this.#handOver(opening);
      this.#forget(opening);
    }
  }

  #handOver(opening: Opening): void {
    const { client, called, reached, lastSeen: time, state } = opening;
    const accepted = state === 'accepted' || state === 'accepted-late';
    const outcome = accepted ? 'accepted' : opening.lostBefore === this.#lost ? 'unanswered' : 'unknown';
    this.#options.onOpen({ client, called, reached, outcome, isFirst: state !== 'accepted-late', time });
    if (!accepted) opening.state = 'unanswered';
  }
}

/** A SYN or a SYN-ACK, from the client's side. */
interface Segment {
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** Of the SYN, which its SYN-ACK acknowledges. */
  readonly sequence: number;
  readonly ack: boolean;
}

function afterSynAck(state: State): State {
  return state === 'calling' || state === 'accepted' ? 'accepted' : 'accepted-late';
}

/**
 * Can this be a later copy of the opening's first packet, with other addresses? A packet passes a place once, is copied
 * within milliseconds, and each of its addresses is translated once at the most: the destination on arrival, the source
 * when it leaves (Netfilter's PREROUTING and POSTROUTING). What a process of the node sends is translated before any
 * interface sees it.
 */
function isTranslation(opening: Opening, { client, server, ack }: Segment, { time, hop }: Passage): boolean {
  if (opening.sharesSequence || opening.bySyn === ack || opening.state !== (ack ? 'accepted' : 'calling')) return false;
  if (Math.abs(time - opening.lastSeen) > copiesTake) return false;
  if (opening.firstHop === hop || isOutgoing(opening.firstHop)) return false;
  const newClient = !isSame(client, opening.bySyn ? opening.seenClient : opening.client);
  const newServer = !isSame(server, opening.bySyn ? opening.reached : opening.called);
  const newSource = ack ? newServer : newClient;
  if (newSource && !isOutgoing(hop)) return false;
  if (newClient && !isSame(opening.client, opening.seenClient)) return false;
  return !newServer || isSame(opening.called, opening.reached);
}

function isSame(one: Endpoint, other: Endpoint): boolean {
  return one.address === other.address && one.port === other.port;
}

function endpointsKey({ client, server, sequence }: Segment): string {
  const { address: from, port: fromPort } = client;
  const { address: to, port: toPort } = server;
  if (typeof from !== 'number' || typeof to !== 'number')
    return `${from} ${to} ${String.fromCharCode(fromPort, toPort, sequence >>> 16, sequence & 0xffff)}`;
  return String.fromCharCode(
    from >>> 16,
    from & 0xffff,
    to >>> 16,
    to & 0xffff,
    fromPort,
    toPort,
    sequence >>> 16,
    sequence & 0xffff,
  );
}
