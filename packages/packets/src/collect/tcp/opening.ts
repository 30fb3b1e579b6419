import type { PackedAddress } from '../../decode/address.ts';
import { isOutgoing } from '../../decode/link.ts';
import type { TcpPacket } from '../../decode/tcp.ts';
import type { Passage } from '../collector.ts';

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

/** Flat, and used again: a busy node has thousands of them, which live too long to be cheap garbage. */
export interface Opening {
  state: State;
  sequence: number;
  /** It began with a SYN; else with a SYN-ACK whose SYN was not seen. */
  bySyn: boolean;
  /** Another opening has, or had, the same sequence number: the number relates no copies. */
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
  /** Of the `OpeningTable` that has it. */
  older: Opening | undefined;
  newer: Opening | undefined;
  nextInBucket: Opening | undefined;
}

/** A SYN or a SYN-ACK, from the client's side. One object for all of them. */
export interface Segment {
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

export function newOpening(): Opening {
  const sides = { client: 0, clientPort: 0, called: 0, calledPort: 0 };
  const seenSides = { seenClient: 0, seenClientPort: 0, reached: 0, reachedPort: 0 };
  const times = { firstHop: 0, lastSeen: 0, lostBefore: 0 };
  const links = { older: undefined, newer: undefined, nextInBucket: undefined };
  return {
    state: 'calling',
    sequence: 0,
    bySyn: true,
    sharesSequence: false,
    ...times,
    ...sides,
    ...seenSides,
    ...links,
  };
}

export function newSegment(): Segment {
  return { client: 0, clientPort: 0, server: 0, serverPort: 0, sequence: 0, ack: false };
}

/** As its first segment says. */
export function begin(opening: Opening, segment: Segment, { time, hop }: Passage): void {
  const { client, clientPort, server, serverPort, sequence, ack } = segment;
  opening.state = ack ? 'accepted' : 'calling';
  opening.sequence = sequence;
  opening.bySyn = !ack;
  opening.sharesSequence = false;
  opening.firstHop = hop;
  opening.lastSeen = time;
  opening.client = opening.seenClient = client;
  opening.clientPort = opening.seenClientPort = clientPort;
  opening.called = opening.reached = server;
  opening.calledPort = opening.reachedPort = serverPort;
}

/** A copy with other addresses was seen (`isTranslation`): the opening has these ends too. */
export function translate(opening: Opening, segment: Segment): void {
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
}

export function readSegment(packet: TcpPacket, into: Segment): void {
  const { source, sourcePort, destination, destinationPort, ack } = packet;
  into.ack = ack;
  into.sequence = ack ? (packet.acknowledgement - 1) | 0 : packet.sequence;
  into.client = ack ? destination : source;
  into.clientPort = ack ? destinationPort : sourcePort;
  into.server = ack ? source : destination;
  into.serverPort = ack ? sourcePort : destinationPort;
}

export function afterSynAck(state: State): State {
  return state === 'calling' || state === 'accepted' ? 'accepted' : 'accepted-late';
}

/**
 * Can this be a later copy of the opening's first packet, with other addresses? A packet passes a place once, is copied
 * within milliseconds, and each of its addresses is translated once at the most: the destination on arrival, the source
 * when it leaves (Netfilter's PREROUTING and POSTROUTING). What a process of the node sends is translated before any
 * interface sees it.
 */
export function isTranslation(opening: Opening, segment: Segment, { time, hop }: Passage): boolean {
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

/** The ends that a copy of its packets can have: each side as it is seen before its translation or behind it. */
export function hasEnds(opening: Opening, segment: Segment): boolean {
  return (
    (isClient(opening, segment) || isSeenClient(opening, segment)) &&
    (isCalled(opening, segment) || isReached(opening, segment))
  );
}

/** `segmentKey` of each segment of which `hasEnds` is true. */
export function endsKeys(opening: Opening): readonly string[] {
  const clients = [
    { client: opening.client, clientPort: opening.clientPort },
    { client: opening.seenClient, clientPort: opening.seenClientPort },
  ];
  const servers = [
    { server: opening.called, serverPort: opening.calledPort },
    { server: opening.reached, serverPort: opening.reachedPort },
  ];
  const { sequence } = opening;
  return clients.flatMap(client => servers.map(server => segmentKey({ ...client, ...server, sequence })));
}

export function segmentKey({ client, clientPort, server, serverPort, sequence }: Omit<Segment, 'ack'>): string {
  return `${client} ${clientPort} ${server} ${serverPort} ${sequence}`;
}
