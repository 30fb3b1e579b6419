import { operations, type MapperAnswer } from '@network-mapper/api';
import { pause } from '@network-mapper/runtime';
import { portsOf } from './call-columns.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command.ts';
import { filterCalls } from './filter-calls.ts';
import { jsonLine } from './json-text.ts';
import type { MapFilter } from './map-filter.ts';
import { dataOf, toCall } from './map-query.ts';
import { callForm, constantForm, keyOf, placeOf, type MapCall } from './network-map.ts';
import { colourOfChange } from './output.ts';
import { withMapper } from './reach-mapper.ts';

/** Milliseconds between two questions: an agent reports what is new every second. */
const interval = 1000;
const mostChanges = 1000;

type Event = 'added' | 'changed' | 'gone';

interface Watching {
  readonly filter: MapFilter;
  /** JSON lines, in place of lines for people. */
  readonly json: boolean;
}

/**
 * Prints the calls there are, then a line for each that is new, changed or gone, until the signal. What was merely seen
 * again is no change. After a restart of the mapper what it does not report again is gone only when it says so.
 */
export async function watchCalls(context: CommandContext, { filter, json }: Watching): Promise<void> {
  if (filter.server !== undefined || filter.since !== undefined)
    throw new CliError('--watch is narrowed by --namespaces only');
  const known = new Map<string, string>();
  const print = (event: Event, call: MapCall) =>
    json
      ? context.output.print([jsonLine({ event, ...callForm(call) })])
      : context.output.print([lineOf(event, call)], colourOfChange);
  await withMapper(context, async ({ client }) => {
    let after: string | null = null;
    while (!context.signal.aborted) {
      const answer: MapperAnswer<operations.ChangesData> = await client.ask({
        ...operations.changes,
        variables: { after, first: mostChanges },
      });
      if (answer.kind === 'unsupported') throw new CliError('this mapper does not report changes: please upgrade it');
      const { changes, cursor, more, restarted }: operations.ChangesData['changes'] = dataOf(answer).changes;
      if (restarted) context.output.inform('The mapper was restarted: its map begins anew.');
      for (const { intent, gone } of changes) {
        const call = toCall(intent);
        if (filterCalls([call], filter).length === 0) continue;
        const event = eventOf(known, { call, gone });
        if (event !== undefined) print(event, call);
      }
      after = cursor;
      if (!more) await pause(interval, context.signal);
    }
  });
}

/** Undefined when nothing of a call is another than it was. */
function eventOf(
  known: Map<string, string>,
  { call, gone }: { readonly call: MapCall; readonly gone: boolean },
): Event | undefined {
  const key = keyOf(call);
  const before = known.get(key);
  if (gone) {
    known.delete(key);
    return before === undefined ? undefined : 'gone';
  }
  const now = JSON.stringify(constantForm(call));
  known.set(key, now);
  if (before === undefined) return 'added';
  return before === now ? undefined : 'changed';
}

const signs: Readonly<Record<Event, string>> = { added: '+', changed: '~', gone: '-' };

function lineOf(event: Event, call: MapCall): string {
  const { client, server, evidence, type } = call;
  const what = type === null ? '' : ` (${type})`;
  return `${signs[event]} ${placeOf(client)} -> ${placeOf(server)}${what}  ${portsOf(call)}  ${evidence.join(',')}`;
}
