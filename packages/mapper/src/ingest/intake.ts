import type { SkipReason } from '@network-mapper/model';
import { setImmediate as turn } from 'node:timers/promises';
import type { TrafficMap } from '../store/traffic-map.ts';
import type { Fact } from './fact.ts';
import type { WaitingRoom, Waiting } from './waiting-room.ts';

export interface IntakeParts {
  readonly map: TrafficMap;
  readonly waitingRoom: WaitingRoom;
  readonly now: () => number;
  readonly skipped: (reason: SkipReason, fact: Fact) => void;
}

/** Facts are taken in for this long, in milliseconds, before others get their turn: health checks and queries go on meanwhile. */
const turnLength = 10;
/** The clock is looked at once in so many facts. */
const clockEvery = 64;
/** Agents' clocks may be ahead of ours by this much, in milliseconds. */
const farAhead = 24 * 3_600_000;
/** No cluster is older than Kubernetes. */
const longAgo = Date.UTC(2000, 0, 1);

/** Takes facts in: each ends on the map, in the waiting room, or counted under the reason why it is not on the map. */
export class Intake {
  readonly #parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Settles when all facts are kept. */
  async take(facts: Iterable<Fact>): Promise<void> {
    const reading: Promise<void>[] = [];
    let turnEnds = performance.now() + turnLength;
    let taken = 0;
    for (const fact of facts) {
      const settling = this.#settle(fact);
      if (settling !== undefined) reading.push(settling);
      if (++taken % clockEvery !== 0 || performance.now() < turnEnds) continue;
      await turn();
      turnEnds = performance.now() + turnLength;
    }
    if (reading.length > 0) await Promise.all(reading);
  }

  /** There is news of an address: what waits for it is tried again. */
  news(address: string): void {
    for (const waiting of this.#parts.waitingRoom.takeByAddress(address)) this.#settleAgain(waiting);
  }

  /** What has waited long enough is skipped. */
  expire(): void {
    for (const { fact, reason, namespace } of this.#parts.waitingRoom.takeExpired(this.#parts.now()))
      this.#skip(fact, reason, namespace);
  }

  #settle(fact: Fact): Promise<void> | undefined {
    const { at } = fact;
    // Also true for NaN.
    if (!(at >= longAgo && at <= this.#parts.now() + farAhead)) {
      this.#skip(fact, 'implausible-time');
      return undefined;
    }
    const outcome = fact.settle();
    switch (outcome?.kind) {
      case undefined:
        return undefined;
      case 'skipped':
        this.#skip(fact, outcome.reason, outcome.namespace);
        return undefined;
      case 'later': {
        const { address, reason, namespace } = outcome;
        const placed = this.#parts.waitingRoom.add({ fact, address, reason, namespace }, this.#parts.now());
        if (!placed) this.#skip(fact, 'waiting-room-full', namespace);
        return undefined;
      }
      case 'reading':
        return outcome.until.then(() => this.#settle(fact));
    }
  }

  /** Unlike the first time, what must wait longer keeps its time. */
  #settleAgain(waiting: Waiting): void {
    const outcome = waiting.fact.settle();
    if (outcome === undefined) return;
    if (outcome.kind === 'skipped') this.#skip(waiting.fact, outcome.reason, outcome.namespace);
    else if (outcome.kind === 'later')
      this.#parts.waitingRoom.putBack({ ...waiting, address: outcome.address, reason: outcome.reason });
    else void outcome.until.then(() => this.#settleAgain(waiting));
  }

  #skip(fact: Fact, reason: SkipReason, namespace?: string): void {
    const { evidence, clientName, serverName, at } = fact;
    this.#parts.map.unmapped.add({
      reason,
      evidence,
      namespace,
      client: clientName,
      server: serverName,
      at: Number.isFinite(at) ? at : 0,
    });
    this.#parts.skipped(reason, fact);
  }
}
