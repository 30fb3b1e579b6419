import type { ReasonCount } from '@network-mapper/api';
import type { Sighting } from '@network-mapper/model';
import type { Registry, Runnable } from '@network-mapper/runtime';

/** What a source gets of its agent. */
export interface AgentIntake {
  /** Takes in what was seen; the book of its evidence merges it with what is known. */
  readonly record: (sighting: Sighting) => void;
  /** For metrics of the source's own. */
  readonly registry: Registry;
}

/** What a source has taken in since the start: packets, lines, statistics. */
export interface SourceCounts {
  readonly captured: number;
  /** Of those, what the kernel dropped for want of room. */
  readonly dropped: number;
  readonly droppedByInterface: number;
}

/** One way in which an agent learns who talks to whom. */
export interface Source extends Runnable {
  /** What stands against taking in, as a sentence; undefined when nothing does. */
  problem?(): string | undefined;
  counts?(): SourceCounts;
  /** What could not be decoded, and what was seen and not reported. */
  undecodable?(): readonly ReasonCount[];
  skipped?(): readonly ReasonCount[];
  /** Hands over what is held back, before the last report. */
  drain?(): Promise<void> | void;
}
