import { operations } from '@network-mapper/api';
import { KubeConfigError, KubeError } from '@network-mapper/kube';
import { form, wallTime } from '@network-mapper/runtime';
import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { agentChecks } from '../doctor/agent-checks.ts';
import { ok, type Check } from '../doctor/check.ts';
import { clusterChecks } from '../doctor/cluster-checks.ts';
import { flagOption } from '../flag-option.ts';
import { jsonText } from '../json-text.ts';
import { wholeMap } from '../map-filter.ts';
import { dataOf, queryIntents } from '../map-query.ts';
import type { Colour } from '../output.ts';
import { withMapper, type ReachedMapper } from '../reach-mapper.ts';
import { table } from '../table.ts';

const headings = ['CHECK', 'STATUS', 'FOUND', 'WHAT TO DO'];
const failed = 1;

export const doctor = defineCommand({
  name: 'doctor',
  about: 'check the installation: mapper, agents, nodes, drops, clocks, rights, enforcement of policies',
  options: {
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
      env: 'OTTERIZE_DOCTOR_OUTPUT',
    },
  },
  examples: ['network-mapper doctor', 'network-mapper doctor -o json'],
  exitCodes: { 0: 'nothing failed; there may be warnings', 1: 'a check failed, or an error' },
  run: async context => {
    const { options, output } = context;
    const checks = await unreachable(() => withMapper(context, checksOf));
    if (options.output === 'json') output.print(jsonText(checks).split('\n'));
    else {
      const rows = checks.map(({ name, status, found, remedy }) => [name, status, found, remedy]);
      output.print(table(rows, options.noHeaders ? undefined : headings), colourOfStatus);
    }
    return checks.some(({ status }) => status === 'fail') ? failed : 0;
  },
});

const colours = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

function colourOfStatus(line: string): Colour | undefined {
  const [, status] = line.split(/ {2,}/);
  return status === 'ok' || status === 'warn' || status === 'fail' ? colours[status] : undefined;
}

/** The checks, or the one that failed because the mapper is out of reach. */
async function unreachable(checks: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await checks();
  } catch (error) {
    if (!(error instanceof CliError || error instanceof KubeError || error instanceof KubeConfigError)) throw error;
    const remedy = 'Name it with --mapper-namespace and --mapper-service-name, or its address with --mapper-address.';
    return [{ name: 'mapper', status: 'fail', found: error.message, remedy }];
  }
}

async function checksOf({ client, cluster }: ReachedMapper): Promise<readonly Check[]> {
  const intents = await queryIntents(client, wholeMap, () => undefined);
  const answer = await client.ask(operations.agents);
  const mapper = ok('mapper', { found: 'It answers.' });
  if (answer.kind === 'unsupported') {
    const remedy = 'Upgrade it to have agents, drops and what is not mapped checked.';
    return [{ ...mapper, status: 'warn', found: 'It answers, and is an older one.', remedy }, size(intents.length)];
  }
  const { agents } = dataOf(answer);
  const sniffed = new Set(agents.filter(({ kind }) => kind === 'sniffer').map(({ name }) => name));
  return [
    mapper,
    size(intents.length),
    ...agentChecks(agents, wallTime()),
    await unmapped(client),
    ...(cluster === undefined ? [] : await clusterChecks(cluster, sniffed)),
  ];
}

function size(calls: number): Check {
  if (calls > 0) return ok('map', { found: `It has ${calls} calls.` });
  const remedy = '`network-mapper list` says what may be the reason.';
  return { name: 'map', status: 'warn', found: 'It is empty.', remedy };
}

async function unmapped(client: ReachedMapper['client']): Promise<Check> {
  const answer = await client.ask({ ...operations.unmapped, variables: { namespaces: [], first: 0 } });
  const totals = dataOf(answer).unmapped.totals.toSorted((a, b) => b.count - a.count);
  const [first, second, third] = totals.map(({ reason, count }) => `${reason} (${count})`);
  if (first === undefined) return ok('unmapped', { found: 'Everything that was seen is on the map.' });
  const shown = [first, second, third].filter(Boolean).join(', ');
  return ok('unmapped', { found: `Not on the map, most of all: ${shown}. \`network-mapper unmapped\` has the rest.` });
}
