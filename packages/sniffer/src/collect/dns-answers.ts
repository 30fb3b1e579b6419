import { addressPairKey, formatAddress, isLoopback, type PackedAddress } from '../decode/address.ts';
import type { DnsName } from '../decode/dns-name.ts';
import type { DnsAddress } from '../decode/dns.ts';
import type { Sighting } from '../sighting.ts';
import type { Collector, RecordSighting, SettleOptions } from './collector.ts';
import { Gathered, type Gatherable, type GatheredOptions } from './gathered.ts';

interface Lookup extends Gatherable {
  readonly client: PackedAddress;
  readonly name: string;
  readonly address: PackedAddress;
  /** Seconds; of the latest answer. */
  ttl: number;
}

export interface ReceivedAddresses {
  readonly client: PackedAddress;
  readonly addresses: readonly DnsAddress[];
}

/** Who asked for which name and which addresses were the answer; repeated lookups fall together. */
export class DnsAnswers implements Collector {
  readonly #lookups: Gathered<Lookup>;

  constructor(record: RecordSighting, times: Pick<GatheredOptions<Lookup>, 'keepBack' | 'handOverEvery'>) {
    this.#lookups = new Gathered({ handOver: lookup => record(toSighting(lookup)), ...times });
  }

  /** Answers to loopback addresses are a local resolver's: who asked it is not known. */
  observe({ client, addresses }: ReceivedAddresses, time: number): 'loopback' | undefined {
    if (isLoopback(client)) return 'loopback';
    for (const found of addresses) {
      const key = keyOf(client, found);
      const lookup = this.#find(key, found.name) ?? this.#add(key, newLookup(client, found));
      lookup.ttl = found.ttl;
      this.#lookups.see(lookup, time);
    }
    return undefined;
  }

  /** Another was the client: the address that was told to `observe` is one it was hidden behind. */
  takeBack({ client, addresses }: ReceivedAddresses): void {
    for (const found of addresses) {
      const lookup = this.#find(keyOf(client, found), found.name);
      if (lookup !== undefined) this.#lookups.unsee(lookup);
    }
  }

  settle(now: number, options?: SettleOptions): boolean {
    return this.#lookups.settle(now, options);
  }

  #find(key: string, { text: name }: DnsName): Lookup | undefined {
    const known = this.#lookups.get(key);
    return known === undefined || known.name === name ? known : this.#lookups.get(longKey(key, name));
  }

  #add(key: string, lookup: Lookup): Lookup {
    const isTaken = this.#lookups.get(key) !== undefined;
    this.#lookups.add(isTaken ? longKey(key, lookup.name) : key, lookup);
    return lookup;
  }
}

/** With the name's hash instead of the name: short keys are found faster. */
function keyOf(client: PackedAddress, { name, address }: DnsAddress): string {
  return addressPairKey(client, address, name.hash);
}

/** For the rare name whose hash another one has for the same client and address. */
function longKey(key: string, name: string): string {
  return key + name;
}

function newLookup(client: PackedAddress, { name, address, ttl }: DnsAddress): Lookup {
  return { client, name: name.text, address, ttl, firstSeen: 0, lastSeen: 0, seen: 0, handedOver: -Infinity };
}

function toSighting({ client, name, address, ttl, firstSeen, lastSeen }: Lookup): Sighting {
  return {
    client: { ip: formatAddress(client), hostname: '' },
    server: { name, ip: formatAddress(address) },
    ttl,
    firstSeen,
    lastSeen,
    sourcePorts: [],
  };
}
