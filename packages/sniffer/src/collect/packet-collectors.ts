import type { Frame } from '../capture/packet-source.ts';
import { decodeDnsAnswer } from '../decode/dns.ts';
import { decodePacket } from '../decode/packet.ts';
import type { TcpPacket } from '../decode/tcp.ts';
import type { UdpPacket } from '../decode/udp.ts';
import { isUndecodable, type Undecodable } from '../decode/undecodable.ts';
import type { SkipReason } from '../skip-reason.ts';
import type { Collector, RecordSighting, SettleOptions } from './collector.ts';
import { DnsAnswers } from './dns-answers.ts';
import { DnsStreams } from './dns-streams.ts';
import { MessageMarks, type ReceivedMessage } from './message-marks.ts';
import { Tally } from './tally.ts';
import { TcpOpens } from './tcp-opens.ts';

export interface PacketCollectorsOptions {
  /** Absent: this kind of evidence is not wanted. */
  readonly recordDns?: RecordSighting;
  readonly recordTcp?: RecordSighting;
  /** Milliseconds between two times that what lasts is recorded. */
  readonly handOverEvery: number;
}

const dnsPort = 53;
/** Milliseconds for all copies of a packet to cross the node. */
const copiesTake = 50;
/** Milliseconds for which an answer may have to be taken back; a copy may come to us a batch later. */
const keepBack = 2 * copiesTake;

/** Decodes frames and hands them to the collectors of the packet path. */
export class PacketCollectors implements Collector {
  readonly undecodable = new Tally<Undecodable>();
  readonly skipped = new Tally<SkipReason>();
  readonly #dns: DnsAnswers | undefined;
  readonly #tcp: TcpOpens | undefined;
  readonly #marks = new MessageMarks(copiesTake);
  readonly #streams = new DnsStreams(() => this.undecodable.add('dns-stream-gap'));
  #frames = 0;
  #cut = 0;
  #newest = 0;

  constructor({ recordDns, recordTcp, handOverEvery }: PacketCollectorsOptions) {
    this.#dns = recordDns === undefined ? undefined : new DnsAnswers(recordDns, { keepBack, handOverEvery });
    this.#tcp = recordTcp === undefined ? undefined : new TcpOpens(recordTcp, handOverEvery);
  }

  /** Frames taken in. */
  get frames(): number {
    return this.#frames;
  }

  /** DNS answers that were not whole, because the capture or IP cut them; what they say before the cut counts. */
  get cut(): number {
    return this.#cut;
  }

  /** Time of the newest frame, milliseconds since the epoch. */
  get newest(): number {
    return this.#newest;
  }

  consume(frame: Frame, linkType: number): void {
    this.#frames++;
    this.#newest = frame.time;
    const packet = decodePacket(frame, linkType);
    if (isUndecodable(packet)) this.undecodable.add(packet);
    else if (packet.kind === 'udp') this.#consumeUdp(packet, frame.time);
    else this.#consumeTcp(packet, frame.time);
  }

  settle(now: number, options?: SettleOptions): boolean {
    this.#streams.settle(now);
    const left = [this.#dns?.settle(now, options), this.#tcp?.settle(now, options)];
    return left.includes(true);
  }

  #consumeUdp(
    { bytes, start, end, sourcePort, destination: client, destinationPort: port }: UdpPacket,
    time: number,
  ): void {
    if (sourcePort === dnsPort) this.#consumeDns({ bytes, start, end, client, port }, time);
  }

  #consumeTcp(packet: TcpPacket, time: number): void {
    if (packet.syn) this.#skipIfTold(this.#tcp?.observe(packet, time));
    if (packet.sourcePort !== dnsPort || this.#dns === undefined) return;
    const { destination: client, destinationPort: port } = packet;
    this.#streams.observe(packet, time, message => this.#consumeDns({ ...message, client, port }, time));
  }

  #consumeDns(message: ReceivedMessage, time: number): void {
    if (this.#dns === undefined) return;
    const { client } = message;
    const earlier = this.#marks.receiverOfCopy(message, time);
    if (earlier === client) return;
    this.#marks.note(client, time);
    const answer = decodeDnsAnswer(message);
    if (isUndecodable(answer)) {
      this.undecodable.add(answer);
      return;
    }
    const { addresses, cut } = answer;
    if (cut) this.#cut++;
    // Behind masquerading the receiver changes on the way: the last copy has the one that asked.
    if (earlier !== undefined) this.#dns.takeBack({ client: earlier, addresses });
    this.#skipIfTold(this.#dns.observe({ client, addresses }, time));
  }

  #skipIfTold(reason: SkipReason | undefined): void {
    if (reason !== undefined) this.skipped.add(reason);
  }
}
