import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../command.ts';
import { readCloudOperations, type CloudOperation } from '../cloud/cloud-operations.ts';
import { withCloudTargets } from '../cloud/cloud-targets.ts';
import { mapFilterOf, type mapFilterOptions } from '../map-filter.ts';
import { toObservedIntents, type ObservedIntents } from '../observed-intents.ts';
import { readIntents } from '../read-calls.ts';
import { writeObjects, type Destination } from '../write-objects.ts';
import { yamlText } from '../yaml-text.ts';
import { clientIntentsJson } from './client-intents-json.ts';
import { clientIntentsV1 } from './client-intents-v1.ts';
import { clientIntents } from './client-intents.ts';

export interface IntentsExport {
  readonly format: 'yaml' | 'json';
  /** `v1` or `v2`. */
  readonly version: string;
  /** Whether what clients do to resources of cloud providers is written too. */
  readonly cloud: boolean;
  readonly destination: Destination;
}

/** Writes the calls of the map as ClientIntents. */
export async function exportClientIntents(
  context: CommandContext<typeof mapFilterOptions>,
  { format, version, cloud, destination }: IntentsExport,
): Promise<void> {
  const { options, output } = context;
  const isKnown = version === 'v1' || version === 'v2';
  if (!isKnown && destination.kind === 'stdout')
    throw new CliError(`unexpected output version ${version}, use one of (v1, v2)`);
  const { server, distinctByLabel, excludeLabels } = mapFilterOf(options);
  if (cloud && (server !== undefined || distinctByLabel !== undefined || excludeLabels.length > 0))
    throw new CliError('--cloud is narrowed by --namespaces and --since only');
  const calls = toObservedIntents(await readIntents(context, mapFilterOf(options)), options);
  const objects = cloud ? withCloudTargets(calls, await readCloud(context)) : calls;
  // Scripts of the Otterize CLI may have any word here, as long as they write a file.
  if (!isKnown) output.inform(`There is no output version ${version}: v1 is written.`);
  const toYaml = version === 'v2' ? clientIntents : clientIntentsV1;
  await writeObjects(
    {
      objects,
      fileOf: ({ name, namespace }) => `${name}.${namespace}.yaml`,
      render: format === 'json' ? clientIntentsJson : yamlDocuments(toYaml),
    },
    { destination, output },
  );
  if (destination.kind !== 'stdout') output.inform(`Successfully wrote intents into ${destination.path}`);
}

async function readCloud(context: CommandContext<typeof mapFilterOptions>): Promise<readonly CloudOperation[]> {
  const { options } = context;
  const { namespaces, since = null } = mapFilterOf(options);
  const found = await readCloudOperations(context, { namespaces, since });
  return found.filter(({ client }) => !options.excludeServices.includes(client.name));
}

function yamlDocuments(toYaml: (object: ObservedIntents) => object): (objects: readonly ObservedIntents[]) => string {
  return objects => objects.map(object => yamlText(toYaml(object))).join('\n---\n');
}
