import type { Holder, Moment, PodRecord } from '../resolve/lookups.ts';
import { isHostnameOf } from '../resolve/trust.ts';
import { MultiMap } from '@network-mapper/runtime';

/** Pods that are gone are remembered for this long, in milliseconds: longer than any report is late. */
const memory = 15 * 60_000;
/** And so many of them at the most. */
const mostGone = 50_000;
/** Ends of containers have a precision of one second, in milliseconds. */
const second = 1_000;

/**
 * Which pod held an address when. A pod holds the addresses of its status from its creation (init containers run in
 * phase Pending) until its last container has ended or it is gone. Of pods that are gone the last state is remembered
 * for a while:
 *
 *     10.0.0.7   |--- a ------------------ gone|      |--- b ----------------
 *     sighting        1 is a's                     2      3 is b's, though it comes before b's watch event: it waits
 */
export class AddressHistory {
  readonly #now: () => number;
  readonly #forgotten: (pod: PodRecord) => void;
  readonly #pods = new MultiMap<string, PodRecord>();
  /** When pods went, the first to go first. */
  readonly #gone = new Map<PodRecord, number>();

  /** `forgotten` is called with every pod that is remembered no longer. */
  constructor(now: () => number, forgotten: (pod: PodRecord) => void) {
    this.#now = now;
    this.#forgotten = forgotten;
  }

  /** A pod as it is now, after a change: `before` is its former state. */
  put(before: PodRecord | undefined, after: PodRecord): void {
    if (before !== undefined) for (const address of before.addresses) this.#pods.delete(address, before);
    for (const address of after.addresses) this.#pods.add(address, after);
  }

  /** The pod does not exist any more. */
  remove(pod: PodRecord): void {
    this.#gone.set(pod, this.#now());
    this.#forget();
  }

  has(address: string): boolean {
    this.#forget();
    return this.#pods.has(address);
  }

  holder(address: string, { at, hostname }: Moment): Holder {
    const claims = this.#pods.get(address);
    const [only] = claims;
    if (only !== undefined && claims.length === 1 && this.#holdsAlone(only, at)) return { kind: 'pod', pod: only };
    const held = claims.filter(pod => !pod.hostNetwork && pod.createdAt <= at && at <= this.#end(pod));
    const named = hostname === undefined ? held : held.filter(pod => isHostnameOf(pod, hostname));
    // A hostname that fits nobody distinguishes nothing; the rules of trust object to it.
    const pods = named.length > 0 ? named : held;
    const running = pods.filter(pod => pod.phase !== 'ended' && !this.#gone.has(pod));
    const staying = running.filter(pod => !pod.deleting);
    // Of a pod that is being deleted the address may be another's already, while its object lingers.
    const alive = staying.length > 0 ? staying : running;
    if (alive.length > 1) return { kind: 'several' };
    const pod = this.#holding(pods, alive[0], at);
    if (pod !== undefined) return { kind: 'pod', pod };
    if (claims.some(claim => claim.hostNetwork)) return { kind: 'host-network' };
    if (claims.some(claim => claim.createdAt > at)) return { kind: 'not-yet', reason: 'pod-started-later' };
    return { kind: 'nobody' };
  }

  /** Nearly every address is one that a single pod ever had: nothing is to be weighed. */
  #holdsAlone(pod: PodRecord, at: number): boolean {
    return pod.phase !== 'ended' && !pod.hostNetwork && pod.createdAt <= at && !this.#gone.has(pod);
  }

  /** The pod that lives, unless its node had not taken it up yet while another one still held the address. */
  #holding(pods: readonly PodRecord[], alive: PodRecord | undefined, at: number): PodRecord | undefined {
    const others = pods.filter(pod => pod !== alive);
    if (alive !== undefined && (others.length === 0 || at >= alive.startedAt)) return alive;
    return others.reduce<PodRecord | undefined>(
      (last, pod) => (last === undefined || pod.startedAt > last.startedAt ? pod : last),
      undefined,
    );
  }

  /** Until when a pod held its addresses. */
  #end(pod: PodRecord): number {
    const gone = this.#gone.get(pod);
    if (pod.phase !== 'ended') return gone ?? Infinity;
    // Of a pod that ended nobody knows when, nothing can be said.
    if (pod.endedAt !== undefined) return pod.endedAt + second;
    return -Infinity;
  }

  /** Drops pods that went long ago. */
  #forget(): void {
    for (const [pod, at] of this.#gone) {
      if (this.#now() - at < memory && this.#gone.size <= mostGone) return;
      this.#gone.delete(pod);
      for (const address of pod.addresses) this.#pods.delete(address, pod);
      this.#forgotten(pod);
    }
  }
}
