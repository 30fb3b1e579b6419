import { form } from '@network-mapper/runtime';
import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { withoutServices } from '../filter-calls.ts';
import { flagOption } from '../flag-option.ts';
import { listText } from '../list-text.ts';
import { mapFilterOf, mapFilterOptions } from '../map-filter.ts';
import { toObservedIntents } from '../observed-intents.ts';
import { listOutside, type Border, type ListForm } from '../list-outside.ts';
import { callLines } from '../print-calls.ts';
import { readCalls, readIntents } from '../read-calls.ts';
import { watchCalls } from '../watch-calls.ts';

const outputOption = flagOption<ListForm>({
  name: 'output',
  short: 'o',
  form: form.oneOf(['', 'wide', 'json', 'yaml', 'csv']),
  fallback: '',
  about: 'Single calls with ports, evidence, first and last seen: wide (a table), json, yaml or csv.',
  ours: true,
});

const borders: readonly Border[] = ['external', 'incoming', 'cloud'];

function switchOption(definition: { readonly name: string; readonly about: string }) {
  return flagOption({ ...definition, form: form.boolean, fallback: false, ours: true });
}

export const list = defineCommand({
  name: 'list',
  about: 'list who calls whom',
  options: {
    ...mapFilterOptions,
    short: switchOption({ name: 'short', about: "Show a server's namespace only where it differs from its client's." }),
    wide: switchOption({ name: 'wide', about: 'The same as `-o wide`.' }),
    // `OTTERIZE_OUTPUT` is the file of `export`.
    output: { ...outputOption, env: 'OTTERIZE_LIST_OUTPUT' },
    external: switchOption({ name: 'external', about: 'Calls to names outside of the cluster.' }),
    incoming: switchOption({ name: 'incoming', about: 'Calls from addresses outside of the cluster.' }),
    cloud: switchOption({ name: 'cloud', about: 'Operations on resources of cloud providers.' }),
    watch: switchOption({ name: 'watch', about: 'Go on with what is new, changed or gone, until interrupted.' }),
  },
  examples: [
    'network-mapper list --namespaces shop',
    'network-mapper list -o wide --server redis.shop --since 1h',
    'network-mapper list --external -o csv',
    'network-mapper list --watch -o json',
    'network-mapper list --from map.json',
  ],
  run: async context => {
    const { output, options } = context;
    const { format, wide, short, noHeaders, ...grouping } = options;
    if (format !== 'text') {
      throw new CliError(`${format} output format is not supported in 'list' command. Try using 'export' instead`);
    }
    const written = options.output === '' && wide ? 'wide' : options.output;
    const filter = mapFilterOf(options);
    const [border, ...others] = borders.filter(name => options[name]);
    if (others.length > 0) throw new CliError(`--${[border, ...others].join(' and --')} do not go together`);
    if (options.watch && (options.from !== undefined || border !== undefined))
      throw new CliError('--watch follows the calls between services of the live map: leave out the other flags');
    if (border !== undefined) {
      await listOutside(context, { border, form: written, filter });
      return;
    }
    if (options.watch) {
      if (written !== '' && written !== 'json') throw new CliError('--watch writes lines for people, or -o json');
      await watchCalls(context, { filter, json: written === 'json' });
      return;
    }
    if (written === '') {
      const intents = await readIntents(context, filter);
      output.print(listText(toObservedIntents(intents, grouping), { short, ofSnapshot: options.from !== undefined }));
      return;
    }
    const calls = withoutServices(await readCalls(context, filter), options.excludeServices);
    output.print(callLines(calls, { form: written, noHeaders }));
  },
});
