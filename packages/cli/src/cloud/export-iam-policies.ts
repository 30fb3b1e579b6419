import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../command.ts';
import { jsonText } from '../json-text.ts';
import { mapFilterOf, type mapFilterOptions } from '../map-filter.ts';
import type { policyOptions } from '../policies/policy-options.ts';
import { writeObjects, type Destination } from '../write-objects.ts';
import { readCloudOperations } from './cloud-operations.ts';
import { iamPolicies, type IamPolicy } from './iam-policies.ts';

type Context = CommandContext<typeof mapFilterOptions & typeof policyOptions>;

/** Characters without white space that IAM takes in a managed policy ("IAM and AWS STS quotas"). */
const longestPolicy = 6144;

/** Writes IAM policy documents: an object by role or workload, or in a folder a file with each document alone. */
export async function exportIamPolicies(context: Context, destination: Destination): Promise<void> {
  const { options, output } = context;
  const { namespaces, since = null, ...filter } = mapFilterOf(options);
  if (filter.server !== undefined || filter.distinctByLabel !== undefined || filter.excludeLabels.length > 0)
    throw new CliError('a policy has to allow all that a role does: leave out --server and the flags of labels');
  // A role may be that of several workloads: those that are left out need the policy too.
  const all = iamPolicies(await readCloudOperations(context, { since, provider: 'AWS' }));
  const policies = all.filter(({ clients }) =>
    clients.some(
      ({ name, namespace }) =>
        (namespaces.length === 0 || namespaces.includes(namespace)) && !options.excludeServices.includes(name),
    ),
  );
  if (policies.length === 0) {
    const whose = all.length === 0 ? '' : ' of the workloads that were asked for';
    output.inform(`No policy: no operation on AWS${whose} was seen.`);
  }
  if (options.dryRun) {
    output.print(policies.flatMap(wordsOf));
    return;
  }
  await writeObjects(
    {
      objects: policies,
      fileOf: ({ role, clients: [client] }) => `${role ?? `${client?.name ?? ''}.${client?.namespace ?? ''}`}.json`,
      render: list => jsonText(Object.fromEntries(list.map(({ name, document }) => [name, document]))),
      renderAlone: ({ document }) => jsonText(document),
    },
    { destination, output },
  );
  for (const { name } of policies.filter(({ role, podIdentity }) => role === undefined && podIdentity))
    output.inform(
      `The role of ${name} is not known, since EKS Pod Identity keeps it outside of the cluster: its policy is by workload.`,
    );
  for (const { name, document } of policies) {
    const length = JSON.stringify(document).length;
    if (length > longestPolicy)
      output.inform(`The policy of ${name} is too long for IAM: ${length} characters of ${longestPolicy}. Split it.`);
  }
  if (destination.kind !== 'stdout') output.inform(`Successfully wrote policies into ${destination.path}`);
}

function wordsOf({ name, document }: IamPolicy): readonly string[] {
  return document.Statement.map(({ Action, Resource }) => `${name} may ${Action.join(', ')} on ${Resource.join(', ')}`);
}
