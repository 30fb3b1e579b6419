import { addressPairKey, type PackedAddress } from '../../decode/address.ts';
import type { DnsName } from '../../decode/dns-name.ts';
import type { DnsAddress } from '../../decode/dns.ts';
import { Coalescer, type Coalescable, type CoalescerOptions } from '../coalescer.ts';
import type { EmitOptions } from '../collector.ts';

/** A client's answers that gave one address for one name, since the last time they were emitted. */
export interface Lookup extends Coalescable {
  readonly client: PackedAddress;
  readonly name: string;
  readonly address: PackedAddress;
  /** Seconds; of the latest answer. */
  ttl: number;
}

/** Who asked for which name and which addresses were the answer; repeated lookups are one. */
export class Lookups {
  readonly #lookups: Coalescer<Lookup>;

  constructor(options: CoalescerOptions<Lookup>) {
    this.#lookups = new Coalescer(options);
  }

  observe(client: PackedAddress, found: DnsAddress, time: number): void {
    const key = keyOf(client, found);
    const lookup = this.#find(key, found.name) ?? this.#add(key, newLookup(client, found));
    lookup.ttl = found.ttl;
    this.#lookups.observe(lookup, time);
  }

  /** Somebody else was the client: the address given to `observe` is one it was hidden behind. */
  retract(client: PackedAddress, found: DnsAddress): void {
    const lookup = this.#find(keyOf(client, found), found.name);
    if (lookup !== undefined) this.#lookups.retract(lookup);
  }

  emitDue(now: number, options?: EmitOptions): boolean {
    return this.#lookups.emitDue(now, options);
  }

  #find(key: string, { text: name }: DnsName): Lookup | undefined {
    const known = this.#lookups.get(key);
    return known === undefined || known.name === name ? known : this.#lookups.get(longKey({ key, name }));
  }

  #add(key: string, lookup: Lookup): Lookup {
    const isTaken = this.#lookups.get(key) !== undefined;
    this.#lookups.add(isTaken ? longKey({ key, name: lookup.name }) : key, lookup);
    return lookup;
  }
}

/** With the name's hash instead of the name: short keys are found faster. */
function keyOf(client: PackedAddress, { name, address }: DnsAddress): string {
  return addressPairKey(client, address, name.hash);
}

/** For the rare name whose hash another one has for the same client and address. */
function longKey({ key, name }: { readonly key: string; readonly name: string }): string {
  return key + name;
}

function newLookup(client: PackedAddress, { name, address, ttl }: DnsAddress): Lookup {
  return { client, name: name.text, address, ttl, firstSeen: 0, lastSeen: 0, seen: 0, emitted: -Infinity };
}
