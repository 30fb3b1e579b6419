import type { Refused } from '@network-mapper/api';
import { partyText, type Evidence, type Sighting, type SkipReason } from '@network-mapper/model';
import { TimeSlice } from '@network-mapper/runtime';
import type { Sender } from '../auth/access.ts';
import type { Unresolved } from '../resolve/resolution.ts';
import type { TrafficMap } from '../store/traffic-map.ts';
import type { Place } from './place.ts';
import type { Waiting, WaitingRoom } from './waiting-room.ts';

export interface IntakeParts {
  readonly place: Place;
  readonly map: TrafficMap;
  readonly waitingRoom: WaitingRoom;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly skipped: (reason: SkipReason, evidence: Evidence) => void;
}

/** The clock is looked at once in so many sightings. */
const stride = 64;

/**
 * Takes reports in: each sighting ends on the map, in the waiting room, or counted under the reason why it is not on
 * the map.
 */
export class Intake {
  readonly #parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Resolves when all sightings are where they belong. */
  async take(sightings: Iterable<Sighting>, sender: Sender): Promise<void> {
    const slice = new TimeSlice({ stride });
    const reading: Promise<void>[] = [];
    for (const sighting of sightings) {
      const placing = this.#place(sighting, sender);
      if (placing !== undefined) reading.push(placing);
      if (slice.isOver()) await slice.next();
    }
    this.#parts.map.makeRoom();
    if (reading.length > 0) await Promise.all(reading);
  }

  /** Something became known of an address: what waits for it is tried again. */
  retry(address: string): void {
    for (const waiting of this.#parts.waitingRoom.takeByAddress(address)) this.#placeAgain(waiting);
  }

  /** What has waited long enough is tried for the last time. */
  expire(): void {
    for (const waiting of this.#parts.waitingRoom.takeExpired(this.#parts.now())) this.#placeLast(waiting);
  }

  #place(sighting: Sighting, sender: Sender): Promise<void> | undefined {
    const outcome = this.#parts.place(sighting, { sender, isLastTry: false });
    switch (outcome?.kind) {
      case undefined:
        return undefined;
      case 'skipped':
        this.#skip(sighting, outcome);
        return undefined;
      case 'later': {
        const { address, reason, namespace } = outcome;
        const waiting = { sighting, sender, address, reason, namespace };
        if (!this.#parts.waitingRoom.add(waiting, this.#parts.now()))
          this.#skip(sighting, { reason: 'waiting-room-full', namespace });
        return undefined;
      }
      case 'reading':
        return outcome.until.then(() => this.#place(sighting, sender));
    }
  }

  /** Unlike the first time, what must wait longer keeps its time. */
  #placeAgain(waiting: Waiting): void {
    const outcome = this.#parts.place(waiting.sighting, { sender: waiting.sender, isLastTry: false });
    if (outcome === undefined) return;
    if (outcome.kind === 'skipped') this.#skip(waiting.sighting, outcome);
    else if (outcome.kind === 'later')
      this.#parts.waitingRoom.putBack({ ...waiting, address: outcome.address, reason: outcome.reason });
    else void outcome.until.then(() => this.#placeAgain(waiting));
  }

  #placeLast(waiting: Waiting): void {
    const outcome = this.#parts.place(waiting.sighting, { sender: waiting.sender, isLastTry: true });
    if (outcome === undefined) return;
    if (outcome.kind === 'reading') void outcome.until.then(() => this.#placeLast(waiting));
    else this.#skip(waiting.sighting, outcome);
  }

  #skip(
    { evidence, client, server, at }: Sighting,
    { reason, namespace }: Pick<Exclude<Unresolved, { kind: 'reading' }>, 'reason' | 'namespace'>,
  ): void {
    this.#parts.map.unmapped.add({
      reason,
      evidence,
      namespace,
      client: partyText(client),
      server: partyText(server),
      at,
    });
    this.#parts.skipped(reason, evidence);
  }

  /** Something in a report is not taken. */
  refuse(refused: Refused): void {
    this.#parts.map.unmapped.add(refused);
    this.#parts.skipped(refused.reason, refused.evidence);
  }
}
