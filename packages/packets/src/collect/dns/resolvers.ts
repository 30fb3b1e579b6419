import type { PackedAddress } from '../../decode/address.ts';

/** Addresses remembered in each of two generations. */
const mostRemembered = 4096;
/** Milliseconds for which an address counts as a resolver's after its last answer; twice as many at the most. */
const rememberFor = 5 * 60_000;

/** Who answered DNS questions lately: what such an address asks, it asks for others. */
export class Resolvers {
  #current = new Set<PackedAddress>();
  #previous = new Set<PackedAddress>();
  #generationSince = -Infinity;

  /** It sent an answer. */
  observe(address: PackedAddress, time: number): void {
    if (this.#current.has(address)) return;
    if (this.#current.size >= mostRemembered || Math.abs(time - this.#generationSince) >= rememberFor) {
      this.#previous = this.#current;
      this.#current = new Set();
      this.#generationSince = time;
    }
    this.#current.add(address);
  }

  has(address: PackedAddress): boolean {
    return this.#current.has(address) || this.#previous.has(address);
  }
}
