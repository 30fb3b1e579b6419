import type { CommandContext } from './command.ts';
import { filterCalls } from './filter-calls.ts';
import { emptyMapReasons } from './empty-map.ts';
import type { MapFilter } from './map-filter.ts';
import { queryCalls, queryIntents, type QueriedIntent } from './map-query.ts';
import type { MapCall } from './network-map.ts';
import { withMapper, type ReachedMapper } from './reach-mapper.ts';
import { readSnapshot } from './read-snapshot.ts';

type Context = CommandContext & { readonly options: { readonly from: string | undefined } };

/** The calls of the map or of a snapshot, with all that is known of them. Says it when there are none. */
export function readCalls(context: Context, filter: MapFilter): Promise<readonly MapCall[]> {
  return readWith(context, { filter, ask: ({ client }) => queryCalls(client, filter) });
}

/** What the Otterize CLI knows of the calls: any mapper answers it. */
export function readIntents(context: Context, filter: MapFilter): Promise<readonly QueriedIntent[]> {
  if (filter.since !== undefined) return readCalls(context, filter);
  return readWith<QueriedIntent>(context, {
    filter,
    ask: ({ client }) =>
      queryIntents(client, filter, () => {
        const { inform } = context.output;
        inform(
          'This network mapper is an old one, which reports neither Kafka topics nor HTTP paths: please upgrade it.',
        );
        if (filter.server !== undefined || filter.excludeLabels.length > 0)
          inform('It knows no filters for labels and servers either: they are not applied.');
      }),
  });
}

interface Reading<T> {
  readonly filter: MapFilter;
  readonly ask: (mapper: ReachedMapper) => Promise<readonly T[]>;
}

async function readWith<T extends QueriedIntent>(
  context: Context,
  { filter, ask }: Reading<T>,
): Promise<readonly (T | MapCall)[]> {
  const { output, options } = context;
  const nothing = () => output.inform('No connections found.');
  if (options.from !== undefined) {
    const calls = filterCalls(readSnapshot(options.from).calls, filter);
    if (calls.length === 0) nothing();
    return calls;
  }
  return withMapper(context, async mapper => {
    const found = await ask(mapper);
    if (found.length > 0) return found;
    nothing();
    if (!context.compatible && !options.quiet)
      for (const reason of await emptyMapReasons(mapper.client, filter)) output.inform(reason);
    return found;
  });
}
