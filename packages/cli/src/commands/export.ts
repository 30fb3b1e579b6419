import { form } from '@network-mapper/runtime';
import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { exportClientIntents } from '../client-intents/export-client-intents.ts';
import { flagOption } from '../flag-option.ts';
import { mapFilterOptions } from '../map-filter.ts';
import { dialectNames, isDialectName } from '../policies/dialects.ts';
import { exportPolicies } from '../policies/export-policies.ts';
import { policyOptions } from '../policies/policy-options.ts';
import type { Destination } from '../write-objects.ts';

const clientIntents = 'client-intents';

export const exportObjects = defineCommand({
  name: 'export',
  about: 'write ClientIntents, or policies that allow the calls of the map',
  options: {
    ...mapFilterOptions,
    as: flagOption({
      name: 'as',
      form: form.oneOf([clientIntents, ...dialectNames]),
      fallback: clientIntents,
      about: 'What to write: ClientIntents, or policies in the words of one of these.',
      ours: true,
    }),
    format: flagOption({ name: 'format', form: form.text, fallback: 'yaml', about: 'yaml, or json.' }),
    output: flagOption({
      name: 'output',
      short: 'o',
      form: form.text,
      fallback: '',
      about: 'File to write, or folder with `--output-type dir`; standard output without it.',
    }),
    outputType: flagOption({
      name: 'output-type',
      form: form.text,
      fallback: '',
      about: 'single-file, or dir: a file for each workload.',
    }),
    outputVersion: flagOption({
      name: 'output-version',
      form: form.text,
      fallback: 'v2',
      about: 'Of ClientIntents in YAML: v1 (v1alpha3) or v2 (v2beta1).',
    }),
    ...policyOptions,
  },
  examples: [
    'network-mapper export --namespaces shop -o intents.yaml',
    'network-mapper export --as network-policy --namespaces shop | kubectl apply --dry-run=server -f -',
    'network-mapper export --as network-policy --egress --dry-run --from map.json',
  ],
  exitCodes: {
    0: 'everything is written',
    1: 'an error',
    3: 'some workloads have no policy; they are named on standard error',
  },
  run: async context => {
    const { as, format } = context.options;
    if (format !== 'yaml' && format !== 'json')
      throw new CliError(`unexpected output format ${format}, use one of (json, yaml)`);
    const destination = destinationOf(context.options);
    if (isDialectName(as)) return exportPolicies(context, { dialect: as, format, destination });
    await exportClientIntents(context, { format, version: context.options.outputVersion, destination });
    return 0;
  },
});

function destinationOf({
  output: path,
  outputType: kind,
}: {
  readonly output: string;
  readonly outputType: string;
}): Destination {
  if (path === '') {
    if (kind === '') return { kind: 'stdout' };
    throw new CliError('flag --output-type requires --output to specify output path');
  }
  if (kind === '' || kind === 'single-file') return { kind: 'single-file', path };
  if (kind === 'dir') return { kind, path };
  throw new CliError(`unexpected output type ${kind}, use one of (single-file, dir)`);
}
