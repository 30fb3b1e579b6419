import type { PackedAddress } from '../decode/address.ts';
import type { DnsAddress } from '../decode/dns.ts';
import type { Slice } from '../decode/slice.ts';

/** An answer and who got it. */
export interface ReceivedAnswer {
  readonly addresses: readonly DnsAddress[];
  client: PackedAddress;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

interface Pending extends ReceivedAnswer {
  readonly mark: number;
  readonly second: number;
  readonly clientPort: number;
  readonly length: number;
}

/** Milliseconds for all copies of an answer to cross the node. */
const copiesTake = 50;
/** Answers that wait for copies at most: about the number that 200,000 a second make in that time. */
const mostPending = 10_000;

/**
 * Answers that came a moment ago. An answer is seen once on each interface it crosses, and behind masquerading its receiver
 * changes on the way: the last copy has the receiver that asked. Copies are known by their content, and not decoded again.
 */
export class RecentAnswers {
  readonly #handOver: (answer: ReceivedAnswer) => void;
  readonly #byMark = new Map<number, Pending>();

  /** @param handOver Called with each answer once, when all its copies have been seen. */
  constructor(handOver: (answer: ReceivedAnswer) => void) {
    this.#handOver = handOver;
  }

  /** Is the message a copy of one that was added? Then its receiver is noted. */
  isCopy(message: Slice, { client, clientPort }: Receiver): boolean {
    computeMarks(message, clientPort);
    const pending = this.#byMark.get(marks.first);
    if (pending?.second !== marks.second || pending.clientPort !== clientPort) return false;
    if (pending.length !== message.end - message.start) return false;
    pending.client = client;
    return true;
  }

  /** Another answer than those before: `isCopy` has just said so of the same message. */
  add(message: Slice, { client, clientPort }: Receiver, answer: Omit<ReceivedAnswer, 'client'>): void {
    const { first: mark, second } = marks;
    const { addresses, time } = answer;
    const length = message.end - message.start;
    const other = this.#byMark.get(mark);
    if (other !== undefined) this.#release(other);
    else if (this.#byMark.size >= mostPending) this.#releaseOldest();
    this.#byMark.set(mark, { mark, second, client, clientPort, length, addresses, time });
    this.settle(time);
  }

  /** Hands over answers whose copies have all been seen. */
  settle(now: number): void {
    for (const pending of this.#byMark.values()) {
      // The clock may have been set back: then the answer is not waited for.
      if (Math.abs(now - pending.time) < copiesTake) return;
      this.#release(pending);
    }
  }

  #releaseOldest(): void {
    const oldest = this.#byMark.values().next();
    if (oldest.done !== true) this.#release(oldest.value);
  }

  #release(pending: Pending): void {
    this.#byMark.delete(pending.mark);
    this.#handOver(pending);
  }
}

export interface Receiver {
  readonly client: PackedAddress;
  readonly clientPort: number;
}

/** Two hashes of 32 bits of the message that was looked at last, and of the client's port: the same in all its copies. */
const marks = { first: 0, second: 0 };

/** The steps of MurmurHash3, and those of FNV-1a on words. */
function computeMarks({ bytes, start, end }: Slice, port: number): void {
  let first = port;
  let second = port;
  for (let at = start; at < end; at += 4) {
    const word = at + 4 <= end ? bytes.readInt32LE(at) : bytes.readIntLE(at, end - at);
    let scrambled = Math.imul(word, 0xcc9e2d51);
    scrambled = Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
    first ^= scrambled;
    first = (Math.imul((first << 13) | (first >>> 19), 5) + 0xe6546b64) | 0;
    second = Math.imul(second ^ word, 0x01000193);
    second ^= second >>> 15;
  }
  marks.first = first;
  marks.second = second;
}
