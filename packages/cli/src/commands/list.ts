import { form, type Config } from '@network-mapper/runtime';
import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { commonOptions } from '../common-options.ts';
import { filterCalls } from '../filter-calls.ts';
import { flagOption } from '../flag-option.ts';
import { fromOption } from '../from-option.ts';
import { listText } from '../list-text.ts';
import { queryCalls, queryIntents, type MapFilter } from '../map-query.ts';
import { namespacesOption } from '../namespaces-option.ts';
import { toObservedIntents } from '../observed-intents.ts';
import { withMapper } from '../reach-mapper.ts';
import { readSnapshot } from '../read-snapshot.ts';
import { wideTable } from '../wide-table.ts';

const options = {
  namespaces: namespacesOption,
  from: fromOption,
  distinctByLabel: flagOption({
    name: 'distinct-by-label',
    form: form.optional(form.text),
    fallback: undefined,
    about: 'Group clients by name and value of this label, not by namespace (experimental).',
  }),
  asKubernetesService: flagOption({
    name: 'as-kubernetes-service',
    form: form.boolean,
    fallback: false,
    about: 'Name a server after the Kubernetes Service it was reached through (experimental).',
  }),
  server: flagOption({
    name: 'server',
    form: form.optional(form.text),
    fallback: undefined,
    about: 'Only clients that call this server (`name.namespace`).',
    ours: true,
  }),
  short: flagOption({
    name: 'short',
    form: form.boolean,
    fallback: false,
    about: "Show a server's namespace only where it differs from its client's.",
    ours: true,
  }),
  wide: flagOption({
    name: 'wide',
    form: form.boolean,
    fallback: false,
    about: 'A table of single calls with ports, evidence, first and last seen.',
    ours: true,
  }),
};

export const list = defineCommand({
  name: 'list',
  about: 'list who calls whom',
  options,
  examples: [
    'network-mapper list --namespaces shop',
    'network-mapper list --wide --server redis.shop',
    'network-mapper list --from map.json',
  ],
  run: async context => {
    const { format, wide, short, noHeaders, from, ...grouping } = context.options;
    const { output } = context;
    if (format !== 'text') {
      throw new CliError(`${format} output format is not supported in 'list' command. Try using 'export' instead`);
    }
    const filter = filterOf(context.options);
    const fromFile = from === undefined ? undefined : filterCalls((await readSnapshot(from)).calls, filter);
    const print = (count: number, lines: readonly string[]) => {
      if (count === 0) output.inform('No connections found.');
      output.print(lines);
    };
    if (wide) {
      const calls = fromFile ?? (await withMapper(context, ({ client }) => queryCalls(client, filter)));
      print(calls.length, wideTable(calls, { headers: !noHeaders }));
      return;
    }
    const intents =
      fromFile ??
      (await withMapper(context, ({ client }) =>
        queryIntents(client, filter, () => {
          output.inform(
            'This network mapper is an old one, which reports neither Kafka topics nor HTTP paths: please upgrade it.',
          );
          if (filter.server !== undefined || filter.excludeLabels.length > 0) {
            output.inform('It knows no filters for labels and servers either: they are not applied.');
          }
        }),
      ));
    print(intents.length, listText(toObservedIntents(intents, grouping), { short }));
  },
});

function filterOf(given: Config<typeof commonOptions & typeof options>): MapFilter {
  const { server, namespaces, distinctByLabel, excludeLabels } = given;
  if (server !== undefined && namespaces !== undefined) {
    throw new CliError('server filter cannot be used with namespaces filter');
  }
  return {
    namespaces: namespaces ?? [],
    distinctByLabel,
    excludeLabels,
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
