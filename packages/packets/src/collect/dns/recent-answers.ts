import type { PackedAddress } from '../../decode/address.ts';
import type { Slice } from '../../decode/slice.ts';

interface Receipt {
  /** The client's. */
  readonly port: number;
  readonly time: number;
}

/** Slots of the table: several times the messages of 50 ms at 50,000 a second. A power of two. */
const slots = 16_384;

/**
 * Which DNS answers came a moment ago, and who got them. An answer is seen once on each interface it crosses; copies
 * are known by their content. What is kept of a message are two hashes in a table of fixed size, so that nothing is
 * allocated for it; a message that loses its slot to another is taken for a new one when its copy comes.
 */
export class RecentAnswers {
  readonly #second = new Int32Array(slots);
  readonly #time = new Float64Array(slots).fill(-Infinity);
  readonly #receiver = new Array<PackedAddress>(slots).fill(0);
  readonly #window: number;
  #slot = 0;
  #mark = 0;

  /** @param window Milliseconds for all copies of a message to come. */
  constructor(window: number) {
    this.#window = window;
  }

  /** Who got a copy of this message within the window; undefined when it is the first. */
  previousReceiver(message: Slice, { port, time }: Receipt): PackedAddress | undefined {
    this.#compute(message, port);
    const slot = this.#slot;
    // A clock that was set back makes what came before it no copy.
    if (this.#second[slot] !== this.#mark || Math.abs(time - (this.#time[slot] ?? 0)) > this.#window) return undefined;
    return this.#receiver[slot];
  }

  /** Remembers who got the message that `previousReceiver` was asked about last. */
  remember(receiver: PackedAddress, time: number): void {
    this.#second[this.#slot] = this.#mark;
    this.#time[this.#slot] = time;
    this.#receiver[this.#slot] = receiver;
  }

  /** Two hashes in the manner of FNV-1a, on words: one for the slot, one for the mark in it. */
  #compute({ bytes, start, end }: Slice, port: number): void {
    let first = port;
    let second = port ^ (end - start);
    for (let at = start; at < end; at += 4) {
      const word = at + 4 <= end ? bytes.readInt32LE(at) : bytes.readIntLE(at, end - at);
      first = Math.imul(first ^ word, 0x85ebca6b);
      first ^= first >>> 13;
      second = Math.imul(second ^ word, 0x01000193);
      second ^= second >>> 15;
    }
    this.#slot = (first ^ (first >>> 16)) & (slots - 1);
    this.#mark = second;
  }
}
