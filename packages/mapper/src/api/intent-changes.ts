import { randomUUID } from 'node:crypto';
import type { QueryArguments } from '@network-mapper/api';
import type { IntentEdge } from '@network-mapper/model';
import { GraphQLError } from 'graphql';
import type { Access } from '../auth/access.ts';
import { visible } from '../auth/visible.ts';
import type { ChangeLog } from '../store/change-log.ts';

interface IntentChanges {
  readonly changes: readonly { readonly intent: IntentEdge; readonly gone: boolean }[];
  readonly cursor: string;
  readonly more: boolean;
  readonly restarted: boolean;
}

const usualLength = 1_000;
const greatestLength = 10_000;

/**
 * Answers what changed of the calls since a cursor. A cursor is the revision that was reached and the run of the mapper
 * that counts: another run begins anew.
 */
export function createIntentChanges(
  log: ChangeLog,
): (args: QueryArguments['changes'], access: Pick<Access, 'edges'>) => IntentChanges {
  const run = randomUUID().replaceAll('-', '');
  return ({ after, first }, { edges: scope }) => {
    const limit = first ?? usualLength;
    if (limit < 1 || limit > greatestLength) throw new GraphQLError(`"first" must be from 1 to ${greatestLength}`);
    const given = typeof after === 'string' ? parseCursor(after) : undefined;
    const isOurs = given?.run === run && given.revision <= log.revision;
    const { changes, cursor, more, restarted } = log.changesSince(isOurs ? given.revision : 0, { limit });
    const begins = given !== undefined && (!isOurs || restarted);
    return {
      changes: changes
        .filter(edge => edge.kind === 'intent')
        .flatMap(edge => {
          const intent = visible(edge, scope);
          // To whoever begins, what has left already is no news.
          if (intent === undefined || (edge.gone && (given === undefined || begins))) return [];
          return [{ intent, gone: edge.gone }];
        }),
      cursor: `${run}.${cursor}`,
      more,
      restarted: begins,
    };
  };
}

function parseCursor(text: string): { readonly run: string; readonly revision: number } {
  const [, run, revision] = /^([0-9a-f]{32})\.(\d{1,15})$/.exec(text) ?? [];
  if (run === undefined) throw new GraphQLError('"after" is not a cursor of this API');
  return { run, revision: Number(revision) };
}
