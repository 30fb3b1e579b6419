import { form } from '@network-mapper/runtime';
import { stringify } from 'yaml';
import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { flagOption } from '../flag-option.ts';
import { fromOption } from '../from-option.ts';
import { namespacesOption } from '../namespaces-option.ts';
import { placeOf } from '../network-map.ts';
import type { AllowRule } from '../policies/allow-rule.ts';
import { allowRules } from '../policies/allow-rules.ts';
import { networkPolicy, type NetworkPolicy } from '../policies/network-policy.ts';
import { policyWords } from '../policies/policy-words.ts';
import { queryNetworkMap } from '../query-network-map.ts';
import { withMapper } from '../reach-mapper.ts';
import { readSnapshot } from '../read-snapshot.ts';

const everything = { namespaces: [], distinctByLabel: undefined, excludeLabels: [], server: undefined };
const someRefused = 3;

const toReview = ['# To review before it is applied: these rest on a guess or on a single sighting.'];

export const exportPolicies = defineCommand({
  name: 'export',
  about: 'write policies that allow the calls of the map',
  options: {
    as: flagOption({
      name: 'as',
      form: form.oneOf(['', 'network-policy']),
      fallback: '',
      about: 'What to write: network-policy.',
      ours: true,
    }),
    namespaces: namespacesOption,
    from: fromOption,
    egress: flagOption({
      name: 'egress',
      form: form.boolean,
      fallback: false,
      about: 'Limit what workloads call, too, and allow them DNS.',
      ours: true,
    }),
    servicePort: flagOption({
      name: 'service-port',
      form: form.boolean,
      fallback: false,
      about: "Allow the Service's port beside the pod's, for networks that enforce before its translation.",
      ours: true,
    }),
    dryRun: flagOption({
      name: 'dry-run',
      form: form.boolean,
      fallback: false,
      about: 'Say in words what would be allowed.',
      ours: true,
    }),
  },
  examples: [
    'network-mapper export --as network-policy --namespaces shop | kubectl apply --dry-run=server -f -',
    'network-mapper export --as network-policy --egress --dry-run --from map.json',
  ],
  exitCodes: {
    0: 'all workloads have their policy',
    1: 'an error',
    3: 'some workloads have none, named on standard error',
  },
  run: async context => {
    const { options, output } = context;
    if (options.as === '') throw new CliError('export writes policies only: add --as network-policy');
    const map =
      options.from === undefined
        ? await withMapper(context, ({ client }) => queryNetworkMap(client, everything))
        : await readSnapshot(options.from);
    const { rules, refused } = allowRules(map, {
      namespaces: options.namespaces ?? [],
      egress: options.egress,
      servicePort: options.servicePort,
    });
    if (rules.length === 0) output.inform('No policy: the map has no calls to workloads that can be selected.');
    output.print(options.dryRun ? policyWords(rules) : documents(rules));
    for (const { reason, ...workload } of refused) output.inform(`No policy for ${placeOf(workload)}: ${reason}.`);
    return refused.length > 0 ? someRefused : 0;
  },
});

/** Policies as YAML, those to review at the end. */
function documents(rules: readonly AllowRule[]): readonly string[] {
  const policies = [...Map.groupBy(rules, ({ subject }) => placeOf(subject)).values()]
    .map(networkPolicy)
    .filter(policy => policy !== undefined);
  const sure = policies.filter(({ review }) => review.length === 0);
  const unsure = policies.filter(({ review }) => review.length > 0);
  return [...sure.flatMap(document), ...(unsure.length === 0 ? [] : toReview), ...unsure.flatMap(document)];
}

function document({ object }: NetworkPolicy): readonly string[] {
  return ['---', ...stringify(object, { lineWidth: 0 }).trimEnd().split('\n')];
}
