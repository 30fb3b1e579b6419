import { form } from '@network-mapper/runtime';
import { defineCommand } from '../command.ts';
import { flagOption } from '../flag-option.ts';
import { wholeMap } from '../map-filter.ts';
import { namespacesOption } from '../namespaces-option.ts';
import { snapshotText } from '../network-map.ts';
import { queryNetworkMap } from '../query-network-map.ts';
import { withMapper } from '../reach-mapper.ts';

export const snapshot = defineCommand({
  name: 'snapshot',
  about: 'print the whole map as sorted JSON, for --from, diff and git',
  options: {
    namespaces: namespacesOption,
    stable: flagOption({
      name: 'stable',
      form: form.boolean,
      fallback: false,
      about: 'Without first and last seen and counts: the same text as long as the calls are the same.',
      ours: true,
    }),
  },
  examples: ['network-mapper snapshot --stable > map.json'],
  run: context =>
    withMapper(context, async ({ client }) => {
      const { options, output } = context;
      const map = await queryNetworkMap(client, {
        ...wholeMap,
        namespaces: options.namespaces ?? [],
        excludeLabels: options.excludeLabels,
      });
      const calls = options.stable ? map.calls.map(call => ({ ...call, sightings: undefined })) : map.calls;
      output.print(snapshotText({ ...map, calls }).split('\n'));
    }),
});
