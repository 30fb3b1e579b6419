import { withoutFraction } from './moment.ts';
import { placeOf, type MapCall } from './network-map.ts';
import { table } from './table.ts';

const headings = ['CLIENT', 'SERVER', 'PORTS', 'EVIDENCE', 'REPORTS', 'FIRST SEEN', 'LAST SEEN'];

/** A line for each call, in the mapper's order. */
export function wideTable(calls: readonly MapCall[], { headers }: { readonly headers: boolean }): readonly string[] {
  const rows = calls.map(({ sightings, ...call }) => [
    placeOf(call.client),
    placeOf(call.server),
    portsOf(call),
    call.evidence.join(','),
    sightings === undefined ? '-' : String(sightings.count),
    sightings === undefined ? '-' : withoutFraction(sightings.firstSeen),
    sightings === undefined ? '-' : withoutFraction(sightings.lastSeen),
  ]);
  return table(rows, headers ? headings : undefined);
}

function portsOf({ ports, protocols }: Pick<MapCall, 'ports' | 'protocols'>): string {
  const what = [ports.join(','), protocols.join(',')].filter(Boolean).join('/');
  return what === '' ? '-' : what;
}
