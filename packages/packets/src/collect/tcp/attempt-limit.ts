import { addressPairKey, type PackedAddress } from '../../decode/address.ts';

interface Pair {
  readonly client: PackedAddress;
  readonly server: PackedAddress;
}

/** Milliseconds after which attempts are counted from zero. */
const window = 60_000;
const mostPairs = 16_384;

/** How many ports of one server a client may have tried in vain: a scan of all ports is no 65,535 sightings. */
export class AttemptLimit {
  readonly #most: number;
  #counts = new Map<string, number>();
  #since = -Infinity;

  constructor(most: number) {
    this.#most = most;
  }

  /** One more; false when that is too many. */
  allows({ client, server }: Pair, time: number): boolean {
    if (Math.abs(time - this.#since) >= window || this.#counts.size >= mostPairs) {
      this.#counts = new Map();
      this.#since = time;
    }
    const key = addressPairKey(client, server, 0);
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count <= this.#most;
  }
}
