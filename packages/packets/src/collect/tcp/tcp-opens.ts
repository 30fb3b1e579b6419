import { isLoopback, type PackedAddress } from '../../decode/address.ts';
import type { TcpPacket } from '../../decode/tcp.ts';
import type { Passage } from '../collector.ts';
import { OpeningTable } from './opening-table.ts';
import {
  afterSynAck,
  begin,
  endsKeys,
  hasEnds,
  isTranslation,
  newOpening,
  newSegment,
  readSegment,
  segmentKey,
  translate,
  type Opening,
  type Segment,
} from './opening.ts';

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

/** An attempt to connect. The object, and those in it, are valid during the call that hands it over. */
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

/**
 * Milliseconds for further copies of an accepted connection's packets; those of a batch later are waited for as well.
 */
const acceptedWaits = 200;
/** Milliseconds an attempt waits for its SYN-ACK: two repetitions of the SYN (RFC 6298: after 1 and 3 seconds). */
const answerTakes = 3_500;
/** Milliseconds an attempt is remembered after its last SYN: repetitions are up to 32 seconds apart. */
const attemptRemembered = 35_000;
/**
 * Openings at most, and ends of those that share their sequence number; without room the oldest are handed over as they
 * stand.
 */
const mostRemembered = 16_384;
const leaveAtOnce = 64;
/** Milliseconds between two looks at all openings. */
const lookEvery = 500;

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
  readonly #openings = new OpeningTable();
  /** Those that share their sequence number, by their ends, of which no text is made for all others. */
  readonly #sharing = new Map<string, Opening>();
  /** Forgotten ones, to be used again. */
  readonly #spare: Opening[] = [];
  /** One object for all that is handed over. */
  readonly #opened = {
    client: newEndpoint(),
    called: newEndpoint(),
    reached: newEndpoint(),
    outcome: 'unknown' as Outcome,
    isFirst: true,
    time: 0,
  };
  readonly #segment = newSegment();
  #lost = 0;
  #lookedAt = 0;

  constructor(options: TcpOpensOptions) {
    this.#options = options;
  }

  /** A segment with SYN set. */
  observe(packet: TcpPacket, passage: Passage): 'loopback' | undefined {
    if (isLoopback(packet.source) || isLoopback(packet.destination)) return 'loopback';
    const segment = this.#segment;
    readSegment(packet, segment);
    if (Math.max(this.#openings.size, this.#sharing.size) >= mostRemembered) this.#makeRoom();
    const latest = this.#openings.latest(segment.sequence);
    const opening =
      this.#find(segment, latest) ?? this.#translated(segment, latest, passage) ?? this.#add(segment, latest, passage);
    opening.lastSeen = passage.time;
    if (segment.ack) opening.state = afterSynAck(opening.state);
    else opening.lostBefore = this.#lost;
    return undefined;
  }

  /** Hands over what waited long enough. `now` by the clock of the packets; `Infinity` for everything. */
  handOverDue(now: number): void {
    this.#lost = this.#options.lost();
    if (Math.abs(now - this.#lookedAt) < lookEvery) return;
    this.#lookedAt = now;
    this.#openings.forEach(opening => this.#handOverIfDue(opening, now));
  }

  #handOverIfDue(opening: Opening, now: number): void {
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
  }

  /** The opening with these ends. */
  #find(segment: Segment, latest: Opening | undefined): Opening | undefined {
    if (latest !== undefined && hasEnds(latest, segment)) return latest;
    return this.#sharing.size === 0 ? undefined : this.#sharing.get(segmentKey(segment));
  }

  /** The opening of which this segment is a copy behind the translation of addresses; it has its ends from now on. */
  #translated(segment: Segment, latest: Opening | undefined, passage: Passage): Opening | undefined {
    if (latest === undefined || !isTranslation(latest, segment, passage)) return undefined;
    translate(latest, segment);
    return latest;
  }

  #add(segment: Segment, latest: Opening | undefined, passage: Passage): Opening {
    const opening = this.#spare.pop() ?? newOpening();
    begin(opening, segment, passage);
    opening.lostBefore = this.#lost;
    this.#openings.add(opening, latest);
    if (latest !== undefined) for (const shares of [latest, opening]) this.#share(shares);
    return opening;
  }

  #share(opening: Opening): void {
    if (opening.sharesSequence) return;
    opening.sharesSequence = true;
    for (const key of endsKeys(opening)) this.#sharing.set(key, opening);
  }

  #forget(opening: Opening): void {
    this.#openings.remove(opening);
    if (opening.sharesSequence) for (const key of endsKeys(opening)) this.#sharing.delete(key);
    this.#spare.push(opening);
  }

  #makeRoom(): void {
    let left = leaveAtOnce;
    const leave = (opening: Opening): boolean => {
      if (opening.state !== 'unanswered') this.#handOver(opening);
      this.#forget(opening);
      return --left > 0;
    };
    // A scan's leave before others'.
    for (const opening of this.#sharing.values()) if (!leave(opening)) return;
    while (this.#openings.oldest !== undefined && leave(this.#openings.oldest));
  }

  #handOver(opening: Opening): void {
    const { state } = opening;
    const opened = this.#opened;
    const accepted = state === 'accepted' || state === 'accepted-late';
    setEndpoint(opened.client, opening.client, opening.clientPort);
    setEndpoint(opened.called, opening.called, opening.calledPort);
    setEndpoint(opened.reached, opening.reached, opening.reachedPort);
    opened.outcome = accepted ? 'accepted' : opening.lostBefore === this.#lost ? 'unanswered' : 'unknown';
    opened.isFirst = state !== 'accepted-late';
    opened.time = opening.lastSeen;
    this.#options.onOpen(opened);
    if (!accepted) opening.state = 'unanswered';
  }
}

type MutableEndpoint = { -readonly [Member in keyof Endpoint]: Endpoint[Member] };

function newEndpoint(): MutableEndpoint {
  return { address: 0, port: 0 };
}

function setEndpoint(endpoint: MutableEndpoint, address: PackedAddress, port: number): void {
  endpoint.address = address;
  endpoint.port = port;
}
