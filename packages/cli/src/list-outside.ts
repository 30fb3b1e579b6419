import { operations, type MapperClient } from '@network-mapper/api';
import { CliError } from './cli-error.ts';
import { queryCloudOperations } from './cloud/cloud-operations.ts';
import type { CommandContext } from './command.ts';
import { csvName, csvText } from './csv-text.ts';
import { jsonText } from './json-text.ts';
import type { MapFilter } from './map-filter.ts';
import { withoutFraction } from './moment.ts';
import { placeOf } from './network-map.ts';
import { dataOf } from './map-query.ts';
import { allPages } from './page.ts';
import { withMapper } from './reach-mapper.ts';
import { table } from './table.ts';
import { yamlText } from './yaml-text.ts';

/** What crosses the cluster's border. */
export type Border = 'external' | 'incoming' | 'cloud';

/** How a list is written; the empty word for people. */
export type ListForm = '' | 'wide' | 'json' | 'yaml' | 'csv';

interface Listing {
  readonly border: Border;
  readonly form: ListForm;
  readonly filter: MapFilter;
}

interface Narrowed {
  readonly namespaces: readonly string[];
  readonly since: string | null;
}

interface Seen {
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly count: number;
}

/** Each kind as it is asked for and as rows of a table. */
const kinds: Readonly<Record<Border, (client: MapperClient, narrowed: Narrowed) => Promise<Found>>> = {
  external: async (client, narrowed) => {
    const nodes = await allPages(
      async at =>
        dataOf(await client.ask({ ...operations.externalTraffic, variables: { ...narrowed, ...at } })).externalTraffic,
    );
    return {
      nodes,
      headings: ['CLIENT', 'NAME', 'ADDRESSES'],
      rows: nodes.map(node => [placeOf(node.client), node.dnsName, node.addresses.join(' '), ...times(node)]),
    };
  },
  incoming: async (client, narrowed) => {
    const nodes = await allPages(
      async at =>
        dataOf(await client.ask({ ...operations.incomingTraffic, variables: { ...narrowed, ...at } })).incomingTraffic,
    );
    return {
      nodes,
      headings: ['SERVER', 'ADDRESS', 'PORTS'],
      rows: nodes.map(node => [placeOf(node.server), node.address, node.ports.join(' '), ...times(node)]),
    };
  },
  cloud: async (client, narrowed) => {
    const nodes = await queryCloudOperations(client, narrowed);
    return {
      nodes,
      headings: ['CLIENT', 'PROVIDER', 'RESOURCE', 'ACTIONS'],
      rows: nodes.map(node => [
        placeOf(node.client),
        node.provider,
        node.resource,
        [...node.actions, ...node.dataActions].join(' '),
        ...times(node),
      ]),
    };
  },
};

interface Found {
  readonly nodes: readonly object[];
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const timeHeadings = ['REPORTS', 'FIRST SEEN', 'LAST SEEN'];

function times({ count, firstSeen, lastSeen }: Seen): readonly string[] {
  return [String(count), withoutFraction(firstSeen), withoutFraction(lastSeen)];
}

/** Prints what crosses the border: a table for people, or what programs read. */
export async function listOutside(context: CommandContext, { border, form, filter }: Listing): Promise<void> {
  if (filter.server !== undefined || filter.excludeLabels.length > 0 || filter.distinctByLabel !== undefined)
    throw new CliError(`--${border} is narrowed by --namespaces and --since only`);
  const { options, output } = context;
  const found = await withMapper(context, ({ client }) =>
    kinds[border](client, { namespaces: filter.namespaces, since: filter.since ?? null }),
  );
  if (found.nodes.length === 0) output.inform('Nothing of that kind was seen.');
  const headings = options.noHeaders ? undefined : [...found.headings, ...timeHeadings];
  if (form === 'json') output.print(jsonText(found.nodes).split('\n'));
  else if (form === 'yaml') output.print(yamlText(found.nodes).split('\n'));
  else if (form === 'csv') output.print(csvText(found.rows, headings?.map(csvName)));
  else output.print(table(found.rows, headings));
}
