import { form } from '@network-mapper/runtime';
import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { exportIamPolicies } from '../cloud/export-iam-policies.ts';
import { exportClientIntents } from '../client-intents/export-client-intents.ts';
import { flagOption } from '../flag-option.ts';
import { mapFilterOptions } from '../map-filter.ts';
import { dialectNames, isDialectName } from '../policies/dialects.ts';
import { exportPolicies } from '../policies/export-policies.ts';
import { policyOptions } from '../policies/policy-options.ts';
import type { Destination } from '../write-objects.ts';

const clientIntents = 'client-intents';
const iam = 'iam';

export const exportObjects = defineCommand({
  name: 'export',
  about: 'write ClientIntents, or policies that allow what the map has',
  options: {
    ...mapFilterOptions,
    as: flagOption({
      name: 'as',
      form: form.oneOf([clientIntents, ...dialectNames, iam]),
      fallback: clientIntents,
      about: 'What to write: ClientIntents, policies in the words of one of these, or IAM policy documents of AWS.',
      ours: true,
    }),
    format: flagOption({
      name: 'format',
      form: form.text,
      fallback: 'yaml',
      about: 'yaml, or json; iam is short for `--as iam`, which is always JSON.',
    }),
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
    cloud: flagOption({
      name: 'cloud',
      form: form.boolean,
      fallback: false,
      about: 'ClientIntents: with targets of cloud providers (aws, azure, gcp).',
      ours: true,
    }),
    ...policyOptions,
  },
  examples: [
    'network-mapper export --namespaces shop -o intents.yaml',
    'network-mapper export --as network-policy --namespaces shop | kubectl apply --dry-run=server -f -',
    'network-mapper export --as network-policy --egress --dry-run --from map.json',
    'network-mapper export --as iam -o policies --output-type dir',
  ],
  exitCodes: {
    0: 'everything is written',
    1: 'an error',
    3: 'some workloads have no policy; they are named on standard error',
  },
  run: async context => {
    const { as, format, cloud } = context.options;
    if (cloud && as !== clientIntents)
      throw new CliError(`--cloud is about ClientIntents: --as ${as} does not know it`);
    if (as === iam || format === iam) {
      if (isDialectName(as) || cloud)
        throw new CliError(`--format iam does not go with ${cloud ? '--cloud' : `--as ${as}`}`);
      await exportIamPolicies(context, destinationOf(context.options));
      return 0;
    }
    if (format !== 'yaml' && format !== 'json')
      throw new CliError(`unexpected output format ${format}, use one of (json, yaml)`);
    const destination = destinationOf(context.options);
    if (isDialectName(as)) return exportPolicies(context, { dialect: as, format, destination });
    await exportClientIntents(context, { format, version: context.options.outputVersion, cloud, destination });
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
