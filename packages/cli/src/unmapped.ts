import { operations } from '@network-mapper/api';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { listFlags, rootFlags } from './flags.ts';
import { dataOf } from './map-query.ts';
import { toSeconds } from './moment.ts';
import { withMapper } from './reach-mapper.ts';
import { table } from './table.ts';

type Page = operations.UnmappedData['unmapped'];

/** Pairs that are listed; the totals count all. */
const mostPairs = 100;

/** `network-mapper unmapped`: what was seen and is not on the map, and why. */
export async function unmapped({ settings, env, output }: CommandContext): Promise<void> {
  const namespaces = settings.get(listFlags.namespaces);
  const headers = !settings.get(rootFlags.noHeaders);
  await withMapper(settings, env, async client => {
    const answer = await client.ask({ ...operations.unmapped, variables: { namespaces, first: mostPairs } });
    if (answer.kind === 'unsupported')
      throw new CliError('this mapper does not tell what it could not map: please upgrade it');
    const { totals, nodes, pageInfo } = dataOf(answer).unmapped;
    if (totals.length === 0) output.inform('Everything that was seen is on the map.');
    output.print(totalsTable(totals, headers));
    if (nodes.length > 0) output.print('\n');
    output.print(pairsTable(nodes, headers));
    if (pageInfo.hasNextPage) output.inform(`(the first ${mostPairs} pairs; there are more)`);
  });
}

function totalsTable(totals: Page['totals'], headers: boolean): string {
  const rows = totals.map(({ reason, evidence, count, meaning }) => [reason, evidence, String(count), meaning]);
  return table(rows, headers ? ['REASON', 'EVIDENCE', 'COUNT', 'MEANING'] : undefined);
}

function pairsTable(pairs: Page['nodes'], headers: boolean): string {
  const rows = pairs.map(({ reason, evidence, client, server, count, lastSeen }) => [
    client,
    server === '' ? '-' : server,
    reason,
    evidence,
    String(count),
    toSeconds(lastSeen),
  ]);
  return table(rows, headers ? ['CLIENT', 'SERVER', 'REASON', 'EVIDENCE', 'COUNT', 'LAST SEEN'] : undefined);
}
