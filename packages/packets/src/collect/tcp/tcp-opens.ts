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

/** Flat, since a busy node has thousands of them. */
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
  /** The ends as the client sees them. */
  client: PackedAddress;
  clientPort: number;
  called: PackedAddress;
  calledPort: number;
  /** The ends as the server sees them: behind translation others. */
  seenClient: PackedAddress;
  seenClientPort: number;
  reached: PackedAddress;
  reachedPort: number;
  /** Of the ends of its first copy, and of those behind translation. */
  readonly key: string;
  translatedKeys: string[] | undefined;
}

/** A SYN or a SYN-ACK, from the client's side. One object for all of them. */
interface Segment {
  client: PackedAddress;
  clientPort: number;
  server: PackedAddress;
  serverPort: number;
  /** Of the SYN, which its SYN-ACK acknowledges. */
  sequence: number;
  ack: boolean;
}

/** Milliseconds for all copies of a packet to cross the node. */
const copiesTake = 50;
/**
 * Milliseconds for further copies of an accepted connection's packets; those of a batch later are waited for as well.
 */
const acceptedWaits = 200;
/** Milliseconds an attempt waits for its SYN-ACK: two repetitions of the SYN (RFC 6298: after 1 and 3 seconds). */
const answerTakes = 3_500;
/** Milliseconds an attempt is remembered after its last SYN: repetitions are up to 32 seconds apart. */
const attemptRemembered = 35_000;
/** Pairs of ends remembered at most; without room the oldest openings are handed over as they stand. */
const mostRemembered = 16_384;
const leaveAtOnce = 64;

/**
 * New TCP connections. A packet is seen on each interface it crosses, before and after its addresses are translated.
 * Its sequence number is the same in all copies, and the SYN-ACK acknowledges it:
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
 * A copy with other addresses belongs to a packet only if it can be its translation (`isTranslation`): scanners send
 * many SYNs with one sequence number and one port.
 */
export class TcpOpens {
  readonly #options: TcpOpensOptions;
  readonly #byEnds = new Map<string, Opening>();
  /** The latest opening with a sequence number. */
  readonly #bySequence = new Map<number, Opening>();
  readonly #segment: Segment = { client: 0, clientPort: 0, server: 0, serverPort: 0, sequence: 0, ack: false };
  #lost = 0;

  constructor(options: TcpOpensOptions) {
    this.#options = options;
  }

  /** A segment with SYN set. */
  observe(packet: TcpPacket, passage: Passage): 'loopback' | undefined {
    if (isLoopback(packet.source) || isLoopback(packet.destination)) return 'loopback';
    const segment = this.#segment;
    readSegment(packet, segment);
    const key = endsKey(segment);
    const opening = this.#byEnds.get(key) ?? this.#translated(key, passage) ?? this.#add(key, passage);
    opening.lastSeen = passage.time;
    if (segment.ack) opening.state = afterSynAck(opening.state);
    else opening.lostBefore = this.#lost;
    return undefined;
  }

  /** Hands over what waited long enough. `now` by the clock of the packets; `Infinity` for everything. */
  handOverDue(now: number): void {
    this.#lost = this.#options.lost();
    // Not `for … of`, which makes an array of each entry: garbage by the megabyte, several times a second.
    this.#byEnds.forEach(opening => {
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

  /** The opening of which this segment is a copy behind the translation of addresses; it has its ends from now on. */
  #translated(key: string, passage: Passage): Opening | undefined {
    const segment = this.#segment;
    const opening = this.#bySequence.get(segment.sequence);
    if (opening === undefined || !isTranslation(opening, segment, passage)) return undefined;
    if (opening.bySyn) {
      opening.seenClient = segment.client;
      opening.seenClientPort = segment.clientPort;
      opening.reached = segment.server;
      opening.reachedPort = segment.serverPort;
    } else {
      opening.client = segment.client;
      opening.clientPort = segment.clientPort;
      opening.called = segment.server;
      opening.calledPort = segment.serverPort;
    }
    (opening.translatedKeys ??= []).push(key);
    this.#byEnds.set(key, opening);
    return opening;
  }

  #add(key: string, { time, hop }: Passage): Opening {
    if (this.#byEnds.size >= mostRemembered) this.#makeRoom();
    const { client, clientPort, server, serverPort, sequence, ack } = this.#segment;
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
      clientPort,
      called: server,
      calledPort: serverPort,
      seenClient: client,
      seenClientPort: clientPort,
      reached: server,
      reachedPort: serverPort,
      key,
      translatedKeys: undefined,
    };
    this.#byEnds.set(key, opening);
    this.#bySequence.set(sequence, opening);
    return opening;
  }

  #forget(opening: Opening): void {
    this.#byEnds.delete(opening.key);
    for (const key of opening.translatedKeys ?? []) this.#byEnds.delete(key);
    if (this.#bySequence.get(opening.sequence) === opening) this.#bySequence.delete(opening.sequence);
  }

  #makeRoom(): void {
    let left = leaveAtOnce;
    for (const opening of this.#byEnds.values()) {
      if (left-- === 0) return;
      if (opening.state !== 'unanswered') this.#handOver(opening);
      this.#forget(opening);
    }
  }

  #handOver(opening: Opening): void {
    const { lastSeen: time, state } = opening;
    const accepted = state === 'accepted' || state === 'accepted-late';
    this.#options.onOpen({
      client: { address: opening.client, port: opening.clientPort },
      called: { address: opening.called, port: opening.calledPort },
      reached: { address: opening.reached, port: opening.reachedPort },
      outcome: accepted ? 'accepted' : opening.lostBefore === this.#lost ? 'unanswered' : 'unknown',
      isFirst: state !== 'accepted-late',
      time,
    });
    if (!accepted) opening.state = 'unanswered';
  }
}

function readSegment(packet: TcpPacket, into: Segment): void {
  const { source, sourcePort, destination, destinationPort, ack } = packet;
  into.ack = ack;
  into.sequence = ack ? (packet.acknowledgement - 1) | 0 : packet.sequence;
  into.client = ack ? destination : source;
  into.clientPort = ack ? destinationPort : sourcePort;
  into.server = ack ? source : destination;
  into.serverPort = ack ? sourcePort : destinationPort;
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
function isTranslation(opening: Opening, segment: Segment, { time, hop }: Passage): boolean {
  const { bySyn, state, firstHop } = opening;
  const { ack } = segment;
  if (opening.sharesSequence || bySyn === ack || state !== (ack ? 'accepted' : 'calling')) return false;
  if (Math.abs(time - opening.lastSeen) > copiesTake) return false;
  if (firstHop === hop || isOutgoing(firstHop)) return false;
  const isClientKnown = bySyn ? isSeenClient(opening, segment) : isClient(opening, segment);
  const isServerKnown = bySyn ? isReached(opening, segment) : isCalled(opening, segment);
  const isSourceKnown = ack ? isServerKnown : isClientKnown;
  if (!isSourceKnown && !isOutgoing(hop)) return false;
  const { client, clientPort, called, calledPort } = opening;
  const isClientTranslated = client !== opening.seenClient || clientPort !== opening.seenClientPort;
  const isServerTranslated = called !== opening.reached || calledPort !== opening.reachedPort;
  return (isClientKnown || !isClientTranslated) && (isServerKnown || !isServerTranslated);
}

function isClient({ client, clientPort }: Opening, segment: Segment): boolean {
  return segment.client === client && segment.clientPort === clientPort;
}

function isSeenClient({ seenClient, seenClientPort }: Opening, segment: Segment): boolean {
  return segment.client === seenClient && segment.clientPort === seenClientPort;
}

function isCalled({ called, calledPort }: Opening, segment: Segment): boolean {
  return segment.server === called && segment.serverPort === calledPort;
}

function isReached({ reached, reachedPort }: Opening, segment: Segment): boolean {
  return segment.server === reached && segment.serverPort === reachedPort;
}

function endsKey({ client, clientPort, server, serverPort, sequence }: Segment): string {
  const [high, low] = [sequence >>> 16, sequence & 0xffff];
  if (typeof client !== 'number' || typeof server !== 'number')
    return `${client} ${server} ${String.fromCharCode(clientPort, serverPort, high, low)}`;
  return String.fromCharCode(
    client >>> 16,
    client & 0xffff,
    server >>> 16,
    server & 0xffff,
    clientPort,
    serverPort,
    high,
    low,
  );
}
