import { CliError } from './cli-error.ts';
import type { MapFilter } from './map-query.ts';
import { placeOf, type MapCall } from './network-map.ts';

/** The calls of a snapshot that the mapper would have returned for a filter. */
export function filterCalls(
  calls: readonly MapCall[],
  { namespaces, distinctByLabel, excludeLabels, server }: MapFilter,
): readonly MapCall[] {
  if (distinctByLabel !== undefined || excludeLabels.length > 0) {
    throw new CliError(
      'a snapshot has no labels of pods: leave out --exclude-labels and --distinct-by-label, or give them to the command that writes it',
    );
  }
  const inNamespaces = calls.filter(({ client }) => namespaces.length === 0 || namespaces.includes(client.namespace));
  if (server === undefined) return inNamespaces;
  const clients = new Set(
    calls.filter(call => placeOf(call.server) === placeOf(server)).map(({ client }) => placeOf(client)),
  );
  return inNamespaces.filter(({ client }) => clients.has(placeOf(client)));
}
