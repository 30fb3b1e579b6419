/** An address that DNS gave for a name. */
export interface DnsAddress {
  readonly name: string;
  readonly address: string;
}

export interface DnsCacheOptions {
  /** Pairs of name and address. */
  readonly capacity: number;
  /** Estimated bytes of all pairs. */
  readonly mostBytes: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Bytes of a pair, besides its texts. */
const bytesOfPair = 350;

/**
 * The addresses that DNS gave for names outside the cluster, each for its lifetime. Without room, the pair that was
 * used least recently leaves.
 */
export class DnsCache {
  readonly #capacity: number;
  readonly #mostBytes: number;
  readonly #now: () => number;
  #bytes = 0;
  /** Expiry of each address of each name. */
  readonly #names = new Map<string, Map<string, number>>();
  /** Pairs, the least recently used first. */
  readonly #used = new Map<string, DnsAddress>();
  readonly #listeners = new Set<(added: DnsAddress) => void>();

  constructor({ capacity, mostBytes, now }: DnsCacheOptions) {
    this.#capacity = capacity;
    this.#mostBytes = mostBytes;
    this.#now = now;
  }

  get size(): number {
    return this.#used.size;
  }

  /** `ttl` is in seconds. */
  add({ name, address, ttl }: DnsAddress & { readonly ttl: number }): void {
    let addresses = this.#names.get(name);
    if (addresses === undefined) {
      addresses = new Map();
      this.#names.set(name, addresses);
    }
    const isAdded = (addresses.get(address) ?? 0) <= this.#now();
    addresses.set(address, this.#now() + ttl * 1000);
    this.#touch({ name, address });
    while (this.#used.size > this.#capacity || (this.#bytes > this.#mostBytes && this.#used.size > 1))
      this.#dropLeastUsed();
    if (isAdded) for (const listener of this.#listeners) listener({ name, address });
  }

  /** Called with every address that its name did not have just before. */
  onAdded(listener: (added: DnsAddress) => void): void {
    this.#listeners.add(listener);
  }

  /** When the last address of a name expires, in milliseconds since the epoch; undefined when there is none. */
  lastExpiry(name: string): number | undefined {
    let last = this.#now();
    for (const expiry of this.#names.get(name)?.values() ?? []) last = Math.max(last, expiry);
    return last > this.#now() ? last : undefined;
  }

  /** The addresses of a name, or with a leading `*` of all names that end like the rest, ascending as text. */
  addresses(pattern: string): readonly string[] {
    const found = new Set<string>();
    const suffix = pattern.startsWith('*') ? pattern.slice(1) : undefined;
    const names = suffix === undefined ? [pattern] : [...this.#names.keys()].filter(name => name.endsWith(suffix));
    for (const name of names) for (const address of this.#alive(name)) found.add(address);
    return [...found].sort();
  }

  /** Forgets what has expired. */
  sweep(): void {
    for (const name of [...this.#names.keys()]) this.#alive(name, false);
  }

  #alive(name: string, reading = true): readonly string[] {
    const alive: string[] = [];
    for (const [address, expiry] of this.#names.get(name) ?? []) {
      if (expiry <= this.#now()) {
        this.#drop({ name, address });
        continue;
      }
      if (reading) this.#touch({ name, address });
      alive.push(address);
    }
    return alive;
  }

  #touch({ name, address }: DnsAddress): void {
    const key = `${name} ${address}`;
    if (!this.#used.delete(key)) this.#bytes += bytesOf(key);
    this.#used.set(key, { name, address });
  }

  #drop({ name, address }: DnsAddress): void {
    const key = `${name} ${address}`;
    if (this.#used.delete(key)) this.#bytes -= bytesOf(key);
    const addresses = this.#names.get(name);
    addresses?.delete(address);
    if (addresses?.size === 0) this.#names.delete(name);
  }

  #dropLeastUsed(): void {
    for (const { name, address } of this.#used.values()) {
      this.#drop({ name, address });
      return;
    }
  }
}

function bytesOf(key: string): number {
  return bytesOfPair + 2 * key.length;
}
