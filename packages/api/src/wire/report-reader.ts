import { type Evidence, type Sighting, partyText } from '@network-mapper/model';
import { type Refusal, isPlausibleTime, shortened } from '../limits.ts';

/** Something in a report that is not taken, named as its source named it. */
export interface Refused {
  readonly reason: Refusal;
  readonly evidence: Evidence;
  readonly client: string;
  readonly server: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface FromWireOptions {
  /** Milliseconds since the epoch: when reports without times of their own were seen. */
  readonly now: number;
  /** Called with everything that is not taken. */
  readonly refuse: (refused: Refused) => void;
}

/** Makes the sightings of one report, and refuses what is not taken. */
export class ReportReader {
  readonly evidence: Evidence;
  readonly now: number;
  readonly #refuse: FromWireOptions['refuse'];

  constructor(evidence: Evidence, { now, refuse }: FromWireOptions) {
    this.evidence = evidence;
    this.now = now;
    this.#refuse = refuse;
  }

  /** The sighting, unless a check found something: then it is refused for that. */
  take(seen: Omit<Sighting, 'evidence'>, problem: Refusal | undefined): Sighting | undefined {
    const { client, server, firstAt, at, count, detail } = seen;
    const reason = problem ?? (this.#isPlausible(at) && this.#isPlausible(firstAt) ? undefined : 'implausible-time');
    if (reason === undefined) return { evidence: this.evidence, client, server, firstAt, at, count, detail };
    this.#refuse({
      reason,
      evidence: this.evidence,
      client: shortened(partyText(client)),
      server: shortened(partyText(server)),
      at: Number.isFinite(at) ? at : 0,
    });
    return undefined;
  }

  #isPlausible(at: number): boolean {
    return isPlausibleTime({ at, now: this.now });
  }
}
