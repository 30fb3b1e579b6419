import type { Sighting } from '@network-mapper/model';
import { formatAddress, isLoopback, isMulticast, isUnspecified, type PackedAddress } from '../../decode/address.ts';
import { DnsDecoder, type DnsAddress, type DnsAnswer } from '../../decode/dns.ts';
import type { Packet } from '../../decode/packet.ts';
import type { Slice } from '../../decode/slice.ts';
import { isUndecodable } from '../../decode/undecodable.ts';
import type { CollectorOptions, EmitOptions, PacketCollector, Passage } from '../collector.ts';
import { synFilters } from '../syn-filter.ts';
import { dnsFilters } from './dns-filter.ts';
import { DnsStreams } from './dns-streams.ts';
import { Lookups, type Lookup } from './lookups.ts';
import { RecentAnswers } from './recent-answers.ts';
import { Resolvers } from './resolvers.ts';

export interface DnsCollectorOptions extends CollectorOptions {
  /** From which DNS servers answer. */
  readonly ports: readonly number[];
}

/** Milliseconds for all copies of a packet to cross the node. */
const copiesTake = 50;
/** Milliseconds for which an answer may have to be retracted; a copy may come to us a batch later. */
const holdBack = 2 * copiesTake;

/**
 * DNS answers: who got which addresses for which name. An answer is seen on each interface it crosses:
 *
 *     resolver ──► node's address ──► client        masqueraded: the last receiver asked, the one before is retracted
 *     outside ──► resolver, resolver ──► client     it answers others: its own lookups are theirs
 */
export class DnsCollector implements PacketCollector {
  readonly filters: readonly string[];
  readonly #options: DnsCollectorOptions;
  readonly #ports: ReadonlySet<number>;
  readonly #decoder = new DnsDecoder();
  readonly #answers = new RecentAnswers(copiesTake);
  readonly #resolvers = new Resolvers();
  readonly #streams: DnsStreams;
  readonly #lookups: Lookups;
  #cut = 0;

  constructor(options: DnsCollectorOptions) {
    this.#options = options;
    this.#ports = new Set(options.ports);
    // A stream begins with a SYN-ACK, from which its segments are counted.
    this.filters = [...dnsFilters(options.ports), ...synFilters];
    this.#streams = new DnsStreams({ onGap: () => options.undecodable.add('dns-stream-gap') });
    this.#lookups = new Lookups({ emit: lookup => this.#emit(lookup), holdBack, emitEvery: options.emitEvery });
  }

  /** Answers that were not whole, because the capture or IP cut them; what they say before the cut counts. */
  get cut(): number {
    return this.#cut;
  }

  observe(packet: Packet, { time }: Passage): void {
    if (!this.#ports.has(packet.sourcePort)) return;
    if (packet.kind === 'udp') this.#observeAnswer(packet, packet, time);
    else this.#streams.observe(packet, time, message => this.#observeAnswer(message, packet, time));
  }

  emitDue(now: number, options?: EmitOptions): boolean {
    this.#streams.forgetIdle(now);
    return this.#lookups.emitDue(now, options);
  }

  /** The message, and the packet that ended it. */
  #observeAnswer(message: Slice, { source: server, destination: client, destinationPort }: Packet, time: number): void {
    const earlier = this.#answers.previousReceiver(message, { port: destinationPort, time });
    if (earlier === client) return;
    this.#answers.remember(client, time);
    const decoded = this.#decoder.decode(message);
    if (isUndecodable(decoded)) {
      this.#options.undecodable.add(decoded);
      return;
    }
    // Answers to loopback addresses are a local resolver's: who asked it is not known.
    if (isLoopback(client)) this.#options.skipped.add('loopback');
    else if (isMulticast(client)) this.#options.skipped.add('multicast');
    else this.#take(decoded, { server, client, earlier, time });
  }

  #take({ addresses, cut, odd }: DnsAnswer, { server, client, earlier, time }: Delivery): void {
    if (cut) this.#cut++;
    if (odd !== undefined) this.#options.undecodable.add(odd);
    this.#resolvers.observe(server, time);
    for (const found of addresses) {
      if (!isCallable(found)) {
        if (earlier === undefined) this.#options.skipped.add('answer-without-address');
        continue;
      }
      // Behind masquerading the receiver changes on the way: the last copy has the one that asked.
      if (earlier !== undefined) this.#lookups.retract(earlier, found);
      this.#lookups.observe(client, found, time);
    }
  }

  #emit(lookup: Lookup): void {
    if (this.#resolvers.has(lookup.client)) this.#options.skipped.add('resolver', lookup.seen);
    else this.#options.record(toSighting(lookup));
  }
}

interface Delivery {
  readonly server: PackedAddress;
  readonly client: PackedAddress;
  /** Who got a copy before. */
  readonly earlier: PackedAddress | undefined;
  readonly time: number;
}

/**
 * `0.0.0.0` and `::` say that there is nothing to call (blocked names); a loopback address is called without leaving
 * the pod.
 */
function isCallable({ address }: DnsAddress): boolean {
  return !isUnspecified(address) && !isLoopback(address);
}

function toSighting({ client, name, address, ttl, firstSeen, lastSeen, seen }: Lookup): Sighting {
  return {
    evidence: 'DNS',
    client: { kind: 'address', ip: formatAddress(client) },
    server: { kind: 'name', name, ip: formatAddress(address) },
    firstAt: firstSeen,
    at: lastSeen,
    count: seen,
    detail: { kind: 'dns', ttl },
  };
}
