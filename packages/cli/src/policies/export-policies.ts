import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../command.ts';
import { filterCalls } from '../filter-calls.ts';
import { jsonText } from '../json-text.ts';
import { mapFilterOf, wholeMap, type mapFilterOptions } from '../map-filter.ts';
import { placeOf, type NetworkMap } from '../network-map.ts';
import { queryNetworkMap } from '../query-network-map.ts';
import { withMapper } from '../reach-mapper.ts';
import { readSnapshot } from '../read-snapshot.ts';
import { writeObjects, type Destination } from '../write-objects.ts';
import { yamlText } from '../yaml-text.ts';
import { allowRules } from './allow-rules.ts';
import { dialects, type DialectName } from './dialects.ts';
import { policiesOf, type Policy } from './policies-of.ts';
import type { policyOptions } from './policy-options.ts';
import { policyWords } from './policy-words.ts';

type Context = CommandContext<typeof mapFilterOptions & typeof policyOptions>;

export interface PolicyExport {
  readonly dialect: DialectName;
  readonly format: 'yaml' | 'json';
  readonly destination: Destination;
}

const someRefused = 3;

/** Writes the policies of the map in one dialect; answers the exit code. */
export async function exportPolicies(
  context: Context,
  { dialect, format, destination }: PolicyExport,
): Promise<number> {
  const { options, output } = context;
  const { namespaces, ...filter } = mapFilterOf(options);
  if (filter.server !== undefined || filter.distinctByLabel !== undefined || filter.excludeLabels.length > 0)
    throw new CliError('a policy has to allow all calls of a workload: leave out --server and the flags of labels');
  const allowed = allowRules(await readMap(context, filter.since), { ...options, namespaces });
  const { policies: all, refused } = policiesOf(allowed, dialects[dialect]);
  const policies = all.filter(({ rules }) => !options.excludeServices.includes(rules[0]?.subject.name ?? ''));
  if (policies.length === 0) output.inform('No policy: the map has no calls to workloads that can be selected.');
  if (options.dryRun) output.print(policyWords(policies.flatMap(({ rules }) => rules)));
  else if (policies.length > 0) {
    // Those to review stand at the end.
    const objects = policies.toSorted((a, b) => Number(a.review.length > 0) - Number(b.review.length > 0));
    await writeObjects(
      { objects, fileOf, render: format === 'json' ? jsonList : yamlDocuments },
      { destination, output },
    );
    if (destination.kind !== 'stdout') output.inform(`Successfully wrote policies into ${destination.path}`);
  }
  for (const { reason, ...workload } of refused) output.inform(`No policy for ${placeOf(workload)}: ${reason}.`);
  return refused.length > 0 ? someRefused : 0;
}

async function readMap(context: Context, since: string | undefined): Promise<NetworkMap> {
  const { from } = context.options;
  const filter = { ...wholeMap, since };
  if (from === undefined) return withMapper(context, ({ client }) => queryNetworkMap(client, filter));
  const map = readSnapshot(from);
  return { ...map, calls: filterCalls(map.calls, filter) };
}

function fileOf({ rules }: Policy): string {
  const { name = '', namespace = '' } = rules[0]?.subject ?? {};
  return `${name}.${namespace}.yaml`;
}

function jsonList(policies: readonly Policy[]): string {
  return jsonText({ apiVersion: 'v1', kind: 'List', items: policies.map(({ object }) => object) });
}

function yamlDocuments(policies: readonly Policy[]): string {
  const at = policies.findIndex(({ review }) => review.length > 0);
  return policies
    .flatMap(({ object }, index) => [
      ...(index === at ? ['# To review before it is applied: these rest on a guess or on a single sighting.'] : []),
      '---',
      yamlText(object),
    ])
    .join('\n');
}
