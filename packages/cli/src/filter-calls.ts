import { CliError } from './cli-error.ts';
import type { MapFilter } from './map-filter.ts';
import { placeOf, type MapCall } from './network-map.ts';

/** The calls of a snapshot that the mapper would have returned for a filter. */
export function filterCalls(
  calls: readonly MapCall[],
  { namespaces, distinctByLabel, excludeLabels, server, since }: MapFilter,
): readonly MapCall[] {
  if (distinctByLabel !== undefined || excludeLabels.length > 0) {
    throw new CliError(
      'a snapshot has no labels of pods: leave out --exclude-labels and --distinct-by-label, or give them to the command that writes it',
    );
  }
  const recent = since === undefined ? calls : calls.filter(call => lastSeen(call) >= Date.parse(since));
  const inNamespaces = recent.filter(({ client }) => namespaces.length === 0 || namespaces.includes(client.namespace));
  if (server === undefined) return inNamespaces;
  const clients = new Set(
    calls.filter(call => placeOf(call.server) === placeOf(server)).map(({ client }) => placeOf(client)),
  );
  return inNamespaces.filter(({ client }) => clients.has(placeOf(client)));
}

function lastSeen({ sightings }: MapCall): number {
  if (sightings !== undefined) return Date.parse(sightings.lastSeen);
  throw new CliError(
    'this snapshot does not say when calls were seen: leave out --since, or write it without --stable',
  );
}

/** The calls without those from or to services of some names. */
export function withoutServices(calls: readonly MapCall[], names: readonly string[]): readonly MapCall[] {
  return calls.filter(({ client, server }) => !names.includes(client.name) && !names.includes(server.name));
}
