import type { PodParty } from '@network-mapper/model';
import type { AgentIntake, SourceCounts } from '@network-mapper/reporting';
import { parseAuthorizerLine, type IgnoredLine } from './authorizer-log.ts';

/** Turns the lines of brokers' logs into sightings, and counts the others by what they are. */
export class AccessRecorder {
  readonly #record: AgentIntake['record'];
  readonly #ignored = new Map<IgnoredLine, number>();
  #lines = 0;

  constructor(record: AgentIntake['record']) {
    this.#record = record;
  }

  /** `at` is when the line was written, in milliseconds since the epoch. */
  take(line: string, { broker, at }: { readonly broker: PodParty; readonly at: number }): void {
    this.#lines++;
    const parsed = parseAuthorizerLine(line);
    if (parsed.kind === 'ignored') {
      this.#ignored.set(parsed.reason, (this.#ignored.get(parsed.reason) ?? 0) + 1);
      return;
    }
    const { host, topic, operation, denied } = parsed.access;
    this.#record({
      evidence: 'KAFKA',
      client: { kind: 'address', ip: host },
      server: broker,
      firstAt: at,
      at,
      count: 1,
      detail: { kind: 'kafka', topic, operation, denied },
    });
  }

  get counts(): SourceCounts {
    return { captured: this.#lines, dropped: 0, droppedByInterface: 0 };
  }

  /** What an operator may wonder about; other lines of the log are none of it. */
  get skipped(): readonly { readonly reason: string; readonly count: number }[] {
    return [...this.#ignored]
      .filter(([reason]) => reason !== 'other-line')
      .map(([reason, count]) => ({ reason, count }));
  }
}
