import { skipReasons as mapperReasons } from '@network-mapper/model';
import { undecodable } from '../../packages/packets/src/decode/undecodable.ts';
import { skipReasons as snifferReasons } from '../../packages/sniffer/src/skip-reason.ts';
import { code, formatted, from, table, type Generated } from './generated.ts';

const path = 'docs/skip-reasons.md';

/** docs/skip-reasons.md: every reason for which something that was seen is not on the map. */
export async function skipReasonsPage(): Promise<Generated> {
  const text = `${from('the lists of reasons in packages/model, packages/packets and packages/sniffer')}# Why something is not on the map

Nothing is dropped in silence: what does not become an edge is counted under one of these reasons.

## Mapper

Shown by the query \`unmapped\` of the API (with a sample) and counted by the metric \`mapper_sightings_skipped_total\`.

${rows(mapperReasons)}
## Sniffer

What was seen on the node and not reported; counted by \`sniffer_skipped_total\` and listed by the query \`agents\` of the API.

${rows(snifferReasons)}
Packets that could not be decoded; counted by \`sniffer_packets_undecodable_total\`.

${rows(undecodable)}`;
  return formatted({ path, text });
}

function rows(reasons: Readonly<Record<string, string>>): string {
  return table(
    ['Reason', 'Meaning'],
    Object.entries(reasons).map(([reason, meaning]) => [code(reason), meaning]),
  );
}
