import type { QueriedIdentity, WideIntent } from './map-query.ts';
import { withoutFraction } from './moment.ts';
import { table } from './table.ts';

const headings = ['CLIENT', 'SERVER', 'PORTS', 'EVIDENCE', 'REPORTS', 'FIRST SEEN', 'LAST SEEN'];

/** A line for each call, in the mapper's order. */
export function wideTable(
  intents: readonly WideIntent[],
  { headers }: { readonly headers: boolean },
): readonly string[] {
  const rows = intents.map(intent => [
    placeOf(intent.client),
    placeOf(intent.server),
    portsOf(intent),
    intent.evidence.join(','),
    String(intent.count),
    withoutFraction(intent.firstSeen),
    withoutFraction(intent.lastSeen),
  ]);
  return table(rows, headers ? headings : undefined);
}

function placeOf({ namespace, name }: QueriedIdentity): string {
  return `${namespace}/${name}`;
}

function portsOf({ ports, protocols }: WideIntent): string {
  const what = [ports.join(','), protocols.join(',')].filter(Boolean).join('/');
  return what === '' ? '-' : what;
}
