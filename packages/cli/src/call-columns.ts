import { withoutFraction } from './moment.ts';
import { placeOf, type MapCall } from './network-map.ts';
import { pathWords, topicWords } from './resource-words.ts';

export interface Column<Call = MapCall> {
  readonly heading: string;
  readonly of: (call: Call) => string;
}

/** The columns of a call in a table for people. */
export const wideColumns: readonly Column[] = [
  { heading: 'CLIENT', of: ({ client }) => placeOf(client) },
  { heading: 'SERVER', of: ({ server }) => placeOf(server) },
  { heading: 'PORTS', of: portsOf },
  { heading: 'EVIDENCE', of: ({ evidence }) => evidence.join(',') },
  { heading: 'REPORTS', of: ({ sightings }) => (sightings === undefined ? '-' : String(sightings.count)) },
  { heading: 'FIRST SEEN', of: ({ sightings }) => withoutFraction(sightings?.firstSeen ?? '-') },
  { heading: 'LAST SEEN', of: ({ sightings }) => withoutFraction(sightings?.lastSeen ?? '-') },
  {
    heading: 'TOPICS AND PATHS',
    of: call => [...call.kafkaTopics.map(topicWords), ...call.httpResources.map(pathWords)].join('; ') || '-',
  },
];

/** The columns of a call in a file for programs. */
export const csvColumns: readonly Column[] = [
  { heading: 'client_namespace', of: ({ client }) => client.namespace },
  { heading: 'client', of: ({ client }) => client.name },
  { heading: 'client_kind', of: ({ client }) => client.podOwnerKind?.kind ?? '' },
  { heading: 'server_namespace', of: ({ server }) => server.namespace },
  { heading: 'server', of: ({ server }) => server.name },
  { heading: 'server_kind', of: ({ server }) => server.podOwnerKind?.kind ?? '' },
  { heading: 'type', of: ({ type }) => type ?? '' },
  { heading: 'ports', of: ({ ports }) => ports.join(' ') },
  { heading: 'target_ports', of: ({ endpoints }) => endpoints.flatMap(({ targetPort }) => targetPort ?? []).join(' ') },
  { heading: 'protocols', of: ({ protocols }) => protocols.join(' ') },
  { heading: 'evidence', of: ({ evidence }) => evidence.join(' ') },
  { heading: 'reports', of: ({ sightings }) => String(sightings?.count ?? '') },
  { heading: 'first_seen', of: ({ sightings }) => sightings?.firstSeen ?? '' },
  { heading: 'last_seen', of: ({ sightings }) => sightings?.lastSeen ?? '' },
];

/** The headings of columns. */
export function headingsOf(columns: readonly Pick<Column, 'heading'>[]): readonly string[] {
  return columns.map(({ heading }) => heading);
}

/** A row for each call, in the mapper's order. */
export function rowsOf<Call>(calls: readonly Call[], columns: readonly Column<Call>[]): readonly (readonly string[])[] {
  return calls.map(call => columns.map(({ of }) => of(call)));
}

/** `80,443/TCP`, or a dash. */
export function portsOf({ ports, protocols }: Pick<MapCall, 'ports' | 'protocols'>): string {
  const what = [ports.join(','), protocols.join(',')].filter(Boolean).join('/');
  return what === '' ? '-' : what;
}
