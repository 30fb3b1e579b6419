import {
  entriesIn,
  fromWire,
  limits,
  type MutationArguments,
  type ReceivedReports,
  type Refused,
} from '@network-mapper/api';
import { evidenceKinds, evidences, type Evidence } from '@network-mapper/model';
import type { Intake } from '../ingest/intake.ts';
import type { TrafficMap } from '../store/traffic-map.ts';
import { InputError } from './input-error.ts';
import type { RootField, RootFields } from './operation.ts';

export interface MutationParts {
  readonly map: TrafficMap;
  readonly intake: Intake;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called with the number of entries of a report, once all of it is where it belongs. */
  readonly reported: (evidence: Evidence, entries: number) => void;
  /** Called when the map was reset. */
  readonly wasReset: () => void;
}

/**
 * What answers each field of `Mutation`. Arguments have been checked against the schema: their types are the schema's.
 */
export function createMutations(parts: MutationParts): RootFields<MutationArguments> {
  const { map, now, wasReset } = parts;
  const reports = evidences.map(evidence => [evidenceKinds[evidence].mutation, reportField(evidence, parts)] as const);
  return {
    ...(Object.fromEntries(reports) as Record<ReportMutation, RootField<ReceivedReports[Evidence]>>),
    resetCapture: {
      resolve: () => {
        map.intents.clear();
        wasReset();
        return true;
      },
    },
    reportAgentStatus: {
      resolve: ({ status }) => {
        checkStatus(status);
        map.agents.add({ ...status, lastSeen: now() });
        return true;
      },
    },
  };
}

type ReportMutation = (typeof evidenceKinds)[Evidence]['mutation'];

/**
 * `true` is answered when everything is on the map, waits for its pods, or is counted under the reason why it is not.
 */
function reportField(
  evidence: Evidence,
  { intake, now, reported }: MutationParts,
): RootField<ReceivedReports[Evidence]> {
  return {
    resolve: async (report, { sender }) => {
      const refuse = (refused: Refused): void => intake.refuse(refused);
      await intake.take(fromWire(evidence, report, { now: now(), refuse }), sender);
      reported(evidence, entriesIn(report));
      return true;
    },
  };
}

type ReceivedStatus = MutationArguments['reportAgentStatus']['status'];

/** What an agent says of itself is bounded like what it reports; it is refused as a whole. */
function checkStatus({ kind, name, version, undecodable, skipped, ...numbers }: ReceivedStatus): void {
  const reasons = [...undecodable, ...skipped];
  if ([kind, name, version].some(text => text.length > limits.name)) throw new InputError('a text is too long');
  if (reasons.length > limits.reasons || reasons.some(({ reason }) => reason.length > limits.operation))
    throw new InputError('there are too many reasons, or one is too long');
  const { captured, dropped, droppedByInterface, reported, lost } = numbers;
  const counts = [captured, dropped, droppedByInterface, reported, lost, ...reasons.map(({ count }) => count)];
  if (counts.some(count => count < 0)) throw new InputError('a count is negative');
}
