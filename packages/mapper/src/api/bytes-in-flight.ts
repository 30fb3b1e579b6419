export interface BytesInFlightOptions {
  /** Bytes of all bodies together that are held at the same time. */
  readonly max: number;
  /** Milliseconds that a body may take to arrive once others need its room. */
  readonly patience: number;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
}

/** The room of one body. */
export interface HeldBytes {
  /** Asks for room for more bytes; false when there is none. */
  grow(bytes: number): boolean;
  /** The whole body is there: from now on it is not cut in favour of others. */
  complete(): void;
  release(): void;
}

interface Holder {
  readonly since: number;
  readonly cut: () => void;
  bytes: number;
  arriving: boolean;
}

/**
 * The room for the bodies of all connections together, from their first byte until they are answered. Without room,
 * bodies that have been arriving for too long are cut, the oldest first: whoever sends half a body and waits holds
 * nobody up.
 */
export class BytesInFlight {
  readonly #options: BytesInFlightOptions;
  /** In the order in which they began. */
  readonly #holders = new Set<Holder>();
  #total = 0;

  constructor(options: BytesInFlightOptions) {
    this.#options = options;
  }

  get total(): number {
    return this.#total;
  }

  /** `cut` ends the connection whose body arrives too slowly. */
  open(cut: () => void): HeldBytes {
    const holder: Holder = { since: this.#options.clock(), cut, bytes: 0, arriving: true };
    this.#holders.add(holder);
    return {
      grow: bytes => this.#grow(holder, bytes),
      complete: () => {
        holder.arriving = false;
      },
      release: () => this.#release(holder),
    };
  }

  #grow(holder: Holder, bytes: number): boolean {
    if (this.#total + bytes > this.#options.max) this.#makeRoom(holder, bytes);
    // One that was cut itself has no room any more.
    if (this.#total + bytes > this.#options.max || !this.#holders.has(holder)) return false;
    this.#total += bytes;
    holder.bytes += bytes;
    return true;
  }

  #makeRoom(asking: Holder, bytes: number): void {
    const { max, patience, clock } = this.#options;
    const begunBefore = clock() - patience;
    for (const holder of this.#holders) {
      if (this.#total + bytes <= max || holder.since > begunBefore) return;
      if (holder === asking || !holder.arriving) continue;
      this.#release(holder);
      holder.cut();
    }
  }

  #release(holder: Holder): void {
    if (!this.#holders.delete(holder)) return;
    this.#total -= holder.bytes;
  }
}
