import { toClientIntents } from './client-intents.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { hiddenFlags, listFlags, mapperFlags, rootFlags } from './flags.ts';
import { listText } from './list-text.ts';
import { queryIntents, queryWideIntents, type MapFilter } from './map-query.ts';
import { withMapper } from './reach-mapper.ts';
import type { Settings } from './settings.ts';
import { wideTable } from './wide-table.ts';

/** `network-mapper list`: who calls whom. */
export async function list({ settings, env, output }: CommandContext): Promise<void> {
  const format = settings.get(rootFlags.format);
  if (format !== 'text') {
    throw new CliError(`${format} output format is not supported in 'list' command. Try using 'export' instead`);
  }
  const filter = filterOf(settings);
  await withMapper(settings, env, async client => {
    if (settings.get(listFlags.wide)) {
      const intents = await queryWideIntents(client, filter);
      if (intents.length === 0) output.inform('No connections found.');
      output.print(wideTable(intents, { headers: !settings.get(rootFlags.noHeaders) }));
      return;
    }
    const intents = await queryIntents(client, filter, () => {
      output.inform(
        'This network mapper is an old one, which tells neither Kafka topics nor HTTP paths: please upgrade it.',
      );
      if (filter.server !== undefined || filter.excludeLabels.length > 0) {
        output.inform('It knows no filters for labels and servers either: they are not applied.');
      }
    });
    if (intents.length === 0) output.inform('No connections found.');
    const objects = toClientIntents(intents, {
      distinctByLabel: settings.get(listFlags.distinctByLabel),
      asKubernetesService: settings.get(listFlags.asKubernetesService),
      excludeServices: settings.get(mapperFlags.excludeServices),
    });
    output.print(listText(objects, { short: settings.get(listFlags.short) }));
  });
}

function filterOf(settings: Settings): MapFilter {
  const server = settings.find(hiddenFlags.server);
  if (server !== undefined && settings.find(listFlags.namespaces) !== undefined) {
    throw new CliError('server filter cannot be used with namespaces filter');
  }
  return {
    namespaces: settings.get(listFlags.namespaces),
    distinctByLabel: settings.find(listFlags.distinctByLabel),
    excludeLabels: settings.get(mapperFlags.excludeLabels),
    server: server === undefined ? undefined : parseServer(server),
  };
}

function parseServer(text: string): MapFilter['server'] {
  const [name, namespace, ...more] = text.split('.');
  if (!name || !namespace || more.length > 0) {
    throw new CliError('invalid server filter. Expected format: <server-name>.<namespace>');
  }
  return { name, namespace };
}
