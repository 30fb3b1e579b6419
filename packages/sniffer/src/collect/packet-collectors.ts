import type { Frame } from '../capture/packet-source.ts';
import { decodeDnsAnswer } from '../decode/dns.ts';
import { decodePacket, type TcpPacket, type UdpPacket } from '../decode/packet.ts';
import type { Slice } from '../decode/slice.ts';
import { isUndecodable, type Undecodable } from '../decode/undecodable.ts';
import type { SkipReason } from '../skip-reason.ts';
import type { Collector, RecordSighting } from './collector.ts';
import { DnsAnswers } from './dns-answers.ts';
import { DnsStreams } from './dns-streams.ts';
import { RecentAnswers, type Receiver } from './recent-answers.ts';
import { Tally } from './tally.ts';
import { TcpOpens } from './tcp-opens.ts';

export interface PacketCollectorsOptions {
  /** Absent: this kind of evidence is not wanted. */
  readonly recordDns?: RecordSighting;
  readonly recordTcp?: RecordSighting;
}

const dnsPort = 53;

/** Decodes frames and hands them to the collectors of the packet path. */
export class PacketCollectors implements Collector {
  readonly undecodable = new Tally<Undecodable>();
  readonly skipped = new Tally<SkipReason>();
  readonly #dns: DnsAnswers | undefined;
  readonly #tcp: TcpOpens | undefined;
  readonly #recent: RecentAnswers;
  readonly #streams = new DnsStreams(() => this.undecodable.add('dns-stream-gap'));
  #frames = 0;
  #cut = 0;
  #newest = 0;

  constructor({ recordDns, recordTcp }: PacketCollectorsOptions) {
    this.#dns = recordDns === undefined ? undefined : new DnsAnswers(recordDns);
    this.#recent = new RecentAnswers(answer => this.#skipIfTold(this.#dns?.observe(answer)));
    this.#tcp = recordTcp === undefined ? undefined : new TcpOpens(recordTcp);
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

  settle(now: number): void {
    this.#streams.settle(now);
    this.#recent.settle(now);
    this.#dns?.settle();
    this.#tcp?.settle(now);
  }

  #consumeUdp({ destination, udp }: UdpPacket, time: number): void {
    if (udp.sourcePort !== dnsPort) return;
    this.#consumeDns(udp, { client: destination, clientPort: udp.destinationPort }, time);
  }

  #consumeTcp(packet: TcpPacket, time: number): void {
    const { tcp, destination } = packet;
    if (tcp.syn) this.#skipIfTold(this.#tcp?.observe(packet, time));
    if (tcp.sourcePort === dnsPort && this.#dns !== undefined) {
      const receiver = { client: destination, clientPort: tcp.destinationPort };
      this.#streams.observe(packet, time, message => this.#consumeDns(message, receiver, time));
    }
  }

  #consumeDns(message: Slice, receiver: Receiver, time: number): void {
    if (this.#dns === undefined || this.#recent.isCopy(message, receiver)) return;
    const answer = decodeDnsAnswer(message);
    if (isUndecodable(answer)) {
      this.undecodable.add(answer);
      return;
    }
    const { addresses, cut } = answer;
    if (cut) this.#cut++;
    if (addresses.length > 0) this.#recent.add(message, receiver, { addresses, time });
  }

  #skipIfTold(reason: SkipReason | undefined): void {
    if (reason !== undefined) this.skipped.add(reason);
  }
}
