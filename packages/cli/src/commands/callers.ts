import { operations } from '@network-mapper/api';
import { form } from '@network-mapper/runtime';
import { portsOf } from '../call-columns.ts';
import { CliError } from '../cli-error.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { filterCalls } from '../filter-calls.ts';
import { flagOption } from '../flag-option.ts';
import { fromOption } from '../from-option.ts';
import { jsonText } from '../json-text.ts';
import { wholeMap } from '../map-filter.ts';
import { dataOf, queryCalls } from '../map-query.ts';
import { withoutFraction } from '../moment.ts';
import { placeOf, type MapCall, type WorkloadName } from '../network-map.ts';
import { allPages } from '../page.ts';
import { withMapper } from '../reach-mapper.ts';
import { readSnapshot } from '../read-snapshot.ts';
import { sinceOption } from '../since-option.ts';
import { table } from '../table.ts';
import { parseWorkloadName } from '../workload-name.ts';

const headings = ['CALLER', 'PORTS', 'EVIDENCE', 'REPORTS', 'FIRST SEEN', 'LAST SEEN'];

const options = {
  from: fromOption,
  since: sinceOption,
  output: {
    ...flagOption({
      name: 'output',
      short: 'o',
      form: form.oneOf(['', 'json']),
      fallback: '',
      about: 'json, for programs.',
      ours: true,
    }),
    // `OTTERIZE_OUTPUT` is the file of `export`.
    env: 'OTTERIZE_CALLERS_OUTPUT',
  },
};

interface Caller {
  readonly caller: string;
  readonly ports: string;
  readonly evidence: readonly string[];
  readonly count: number | null;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
}

export const callers = defineCommand({
  name: 'callers',
  arguments: '<service>',
  about: 'list who depends on a service, since when and when last: before it is deleted',
  options,
  examples: ['network-mapper callers shop/cart', 'network-mapper callers redis.data --since 7d -o json'],
  run: async context => {
    const [first, ...more] = context.words;
    if (first === undefined || more.length > 0)
      throw new CliError('callers is about one service: network-mapper callers <service>');
    const service = parseWorkloadName(first);
    const { found, oldest } = await readCallers(context, service);
    const { output, options: given } = context;
    if (found.length === 0) {
      output.inform(`Nobody was seen to call ${placeOf(service)}.`);
      if (oldest !== undefined) output.inform(`The map goes back to ${withoutFraction(oldest)}.`);
    }
    if (given.output === 'json') output.print(jsonText(found).split('\n'));
    else output.print(table(found.map(rowOf), given.noHeaders ? undefined : headings));
  },
});

interface Callers {
  readonly found: readonly Caller[];
  /** The first sighting of the whole map. */
  readonly oldest: string | undefined;
}

async function readCallers(context: CommandContext<typeof options>, service: WorkloadName): Promise<Callers> {
  const { from, since } = context.options;
  const filter = { ...wholeMap, since };
  if (from !== undefined) {
    const { calls, incoming } = readSnapshot(from);
    const outside = incoming.map(each => ({ ...each, count: null, firstSeen: null, lastSeen: null }));
    return toCallers(service, { calls: filterCalls(calls, filter), outside });
  }
  return withMapper(context, async ({ client }) => {
    const calls = await queryCalls(client, filter);
    const variables = { namespaces: [service.namespace], since: since ?? null };
    const outside = await allPages(
      async at =>
        dataOf(await client.ask({ ...operations.incomingTraffic, variables: { ...variables, ...at } })).incomingTraffic,
    );
    return toCallers(service, { calls, outside });
  });
}

interface Seen {
  readonly calls: readonly MapCall[];
  readonly outside: readonly (Pick<Caller, 'count' | 'firstSeen' | 'lastSeen'> & {
    readonly server: WorkloadName;
    readonly address: string;
    readonly ports: readonly number[];
  })[];
}

function toCallers(service: WorkloadName, { calls, outside }: Seen): Callers {
  const isMeant = ({ server }: { readonly server: WorkloadName }) => placeOf(server) === placeOf(service);
  return {
    found: [
      ...calls.filter(isMeant).map(call => ({
        caller: placeOf(call.client),
        ports: portsOf(call),
        evidence: call.evidence,
        count: call.sightings?.count ?? null,
        firstSeen: call.sightings?.firstSeen ?? null,
        lastSeen: call.sightings?.lastSeen ?? null,
      })),
      ...outside.filter(isMeant).map(({ address, ports, count, firstSeen, lastSeen }) => ({
        caller: `${address} (outside)`,
        ports: ports.join(',') || '-',
        evidence: [],
        count,
        firstSeen,
        lastSeen,
      })),
    ],
    oldest: calls
      .map(({ sightings }) => sightings?.firstSeen ?? '')
      .filter(Boolean)
      .sort()[0],
  };
}

function rowOf({ caller, ports, evidence, count, firstSeen, lastSeen }: Caller): readonly string[] {
  const times = [firstSeen, lastSeen].map(moment => withoutFraction(moment ?? '-'));
  return [caller, ports, evidence.join(',') || '-', String(count ?? '-'), ...times];
}
