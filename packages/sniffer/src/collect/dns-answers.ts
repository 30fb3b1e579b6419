import { formatAddress, isLoopback, type PackedAddress } from '../decode/address.ts';
import type { Collector, RecordSighting } from './collector.ts';
import type { ReceivedAnswer } from './recent-answers.ts';

interface Lookup {
  readonly name: string;
  readonly address: PackedAddress;
  readonly client: PackedAddress;
  ttl: number;
  firstSeen: number;
  lastSeen: number;
}

/** Lookups that are gathered at most before they are handed over. */
const mostGathered = 20_000;

/**
 * Who asked for which name and which addresses were the answer; repeated lookups fall together.
 */
export class DnsAnswers implements Collector {
  readonly #record: RecordSighting;
  readonly #byClient = new Map<PackedAddress, Map<string, Map<PackedAddress, Lookup>>>();
  #size = 0;

  constructor(record: RecordSighting) {
    this.#record = record;
  }

  /** Answers to loopback addresses are a local resolver's: who asked it is not known. */
  observe({ client, addresses, time }: ReceivedAnswer): 'loopback' | undefined {
    if (isLoopback(client)) return 'loopback';
    for (const { name, address, ttl } of addresses) {
      const lookup = this.#find(client, name, address);
      if (lookup === undefined) this.#add({ client, name, address, ttl, firstSeen: time, lastSeen: time });
      else if (time >= lookup.lastSeen) {
        lookup.lastSeen = time;
        lookup.ttl = ttl;
      }
    }
    return undefined;
  }

  settle(): void {
    for (const names of this.#byClient.values()) {
      for (const addresses of names.values()) {
        for (const lookup of addresses.values()) this.#record(toSighting(lookup));
      }
    }
    this.#byClient.clear();
    this.#size = 0;
  }

  #find(client: PackedAddress, name: string, address: PackedAddress): Lookup | undefined {
    return this.#byClient.get(client)?.get(name)?.get(address);
  }

  #add(lookup: Lookup): void {
    if (this.#size >= mostGathered) this.settle();
    this.#size++;
    const names = getOrAdd(this.#byClient, lookup.client, () => new Map<string, Map<PackedAddress, Lookup>>());
    getOrAdd(names, lookup.name, () => new Map<PackedAddress, Lookup>()).set(lookup.address, lookup);
  }
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}

function toSighting({ client, name, address, ttl, firstSeen, lastSeen }: Lookup): Parameters<RecordSighting>[0] {
  return {
    client: { ip: formatAddress(client), hostname: '' },
    server: { name, ip: formatAddress(address) },
    ttl,
    firstSeen,
    lastSeen,
    sourcePorts: [],
  };
}
