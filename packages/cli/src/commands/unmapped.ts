import { operations } from '@network-mapper/api';
import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { dataOf } from '../map-query.ts';
import { namespacesOption } from '../namespaces-option.ts';
import { withoutFraction } from '../moment.ts';
import { withMapper } from '../reach-mapper.ts';
import { sinceOption } from '../since-option.ts';
import { table } from '../table.ts';

type Page = operations.UnmappedData['unmapped'];

/** Pairs that are listed; the totals count all. */
const mostPairs = 100;

export const unmapped = defineCommand({
  name: 'unmapped',
  about: 'list what was seen and is not on the map, and why',
  options: { namespaces: namespacesOption, since: sinceOption },
  run: context =>
    withMapper(context, async ({ client }) => {
      const { options, output } = context;
      const variables = {
        namespaces: options.namespaces ?? [],
        since: options.since ?? null,
        first: mostPairs,
      };
      const answer = await client.ask({ ...operations.unmapped, variables });
      if (answer.kind === 'unsupported')
        throw new CliError('this mapper does not report what it could not map: please upgrade it');
      const { totals, nodes, pageInfo } = dataOf(answer).unmapped;
      const headers = !options.noHeaders;
      if (totals.length === 0) output.inform('Everything that was seen is on the map.');
      output.print([...totalsTable(totals, headers), ...(nodes.length > 0 ? [''] : []), ...pairsTable(nodes, headers)]);
      if (pageInfo.hasNextPage) output.inform(`(the first ${mostPairs} pairs; there are more)`);
    }),
});

function totalsTable(totals: Page['totals'], headers: boolean): readonly string[] {
  const rows = totals.map(({ reason, evidence, count, meaning }) => [reason, evidence, String(count), meaning]);
  return table(rows, headers ? ['REASON', 'EVIDENCE', 'COUNT', 'MEANING'] : undefined);
}

function pairsTable(pairs: Page['nodes'], headers: boolean): readonly string[] {
  const rows = pairs.map(({ reason, evidence, client, server, count, lastSeen }) => [
    client,
    server === '' ? '-' : server,
    reason,
    evidence,
    String(count),
    withoutFraction(lastSeen),
  ]);
  return table(rows, headers ? ['CLIENT', 'SERVER', 'REASON', 'EVIDENCE', 'COUNT', 'LAST SEEN'] : undefined);
}
