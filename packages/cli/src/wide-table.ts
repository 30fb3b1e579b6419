import type { QueriedIdentity, WideIntent } from './map-query.ts';

const headings = ['CLIENT', 'SERVER', 'PORTS', 'EVIDENCE', 'REPORTS', 'FIRST SEEN', 'LAST SEEN'];

/** A line for each call, in the mapper's order. */
export function wideTable(intents: readonly WideIntent[], { headers }: { readonly headers: boolean }): string {
  const rows = intents.map(intent => [
    placeOf(intent.client),
    placeOf(intent.server),
    portsOf(intent),
    intent.evidence.join(','),
    String(intent.count),
    toSeconds(intent.firstSeen),
    toSeconds(intent.lastSeen),
  ]);
  return table(headers && rows.length > 0 ? [headings, ...rows] : rows);
}

function placeOf({ namespace, name }: QueriedIdentity): string {
  return `${namespace}/${name}`;
}

function portsOf({ ports, protocols }: WideIntent): string {
  const what = [ports.join(','), protocols.join(',')].filter(Boolean).join('/');
  return what === '' ? '-' : what;
}

/** RFC 3339 without fractions: a second is as fine as anybody reads. */
function toSeconds(moment: string): string {
  return moment.replace(/\.\d+(?=Z|[+-])/, '');
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = headings.map((_, column) => Math.max(0, ...rows.map(row => row[column]?.length ?? 0)));
  const lineOf = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map(row => `${lineOf(row).trimEnd()}\n`).join('');
}
