import { form } from '@network-mapper/runtime';
import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { differenceMarkdown, differenceText } from '../difference-text.ts';
import { flagOption } from '../flag-option.ts';
import { compareMaps } from '../map-difference.ts';
import { wholeMap } from '../map-filter.ts';
import { queryCalls } from '../map-query.ts';
import { withMapper } from '../reach-mapper.ts';
import { colourOfChange } from '../output.ts';
import { readDifferingCalls } from '../read-differing-calls.ts';
import { readSnapshot } from '../read-snapshot.ts';

const same = 0;
const different = 1;

export const diff = defineCommand({
  name: 'diff',
  arguments: '<before> [<after>]',
  about: 'compare a snapshot with another, or with the map as it is now',
  options: {
    output: flagOption({
      name: 'output',
      short: 'o',
      form: form.oneOf(['text', 'md']),
      fallback: 'text',
      about: 'Text, or Markdown for a pull request.',
      ours: true,
    }),
  },
  examples: ['network-mapper diff before.json', 'network-mapper diff before.json after.json -o md'],
  // As of diff(1) and `git diff --exit-code`.
  exitCodes: { 0: 'no call is new, gone or changed', 1: 'some are', 2: 'an error' },
  errorCode: 2,
  run: async context => {
    const { words, options, output } = context;
    const [first, second, ...more] = words;
    if (first === undefined || more.length > 0) {
      throw new CliError('diff compares one snapshot with the map, or two: network-mapper diff <before> [<after>]');
    }
    const difference = compareMaps(
      second === undefined
        ? {
            before: readSnapshot(first).calls,
            after: await withMapper(context, ({ client }) =>
              queryCalls(client, { ...wholeMap, excludeLabels: options.excludeLabels }),
            ),
          }
        : readDifferingCalls({ before: first, after: second }),
    );
    if (options.output === 'md') output.print(differenceMarkdown(difference));
    else output.print(differenceText(difference), colourOfChange);
    const { added, gone, changed } = difference;
    return added.length + gone.length + changed.length === 0 ? same : different;
  },
});
