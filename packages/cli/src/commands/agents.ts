import { operations } from '@network-mapper/api';
import { KubeError, nodeNames } from '@network-mapper/kube';
import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { dataOf } from '../map-query.ts';
import { withoutFraction } from '../moment.ts';
import { withMapper, type ReachedMapper } from '../reach-mapper.ts';
import { table } from '../table.ts';

type Agent = operations.AgentsData['agents'][number];

const headings = ['KIND', 'NAME', 'VERSION', 'CAPTURED', 'DROPPED', 'LOST', 'LAST SEEN'];

export const agents = defineCommand({
  name: 'agents',
  about: 'list the agents that report, and the nodes without a sniffer',
  options: {},
  run: context =>
    withMapper(context, async ({ client, cluster }) => {
      const { options, output } = context;
      const answer = await client.ask(operations.agents);
      if (answer.kind === 'unsupported') throw new CliError('this mapper does not list agents: please upgrade it');
      const found = dataOf(answer).agents;
      if (found.length === 0) output.inform('No agent reports.');
      output.print(table(found.map(rowOf), options.noHeaders ? undefined : headings));
      if (cluster !== undefined) output.inform(await nodesWithout(found, cluster));
    }),
});

function rowOf(agent: Agent): readonly string[] {
  const { kind, name, version, captured, dropped, droppedByInterface, lost, lastSeen } = agent;
  return [
    kind,
    name,
    version,
    String(captured),
    String(dropped + droppedByInterface),
    String(lost),
    withoutFraction(lastSeen),
  ];
}

async function nodesWithout(found: readonly Agent[], cluster: NonNullable<ReachedMapper['cluster']>): Promise<string> {
  const covered = new Set(found.filter(({ kind }) => kind === 'sniffer').map(({ name }) => name));
  try {
    const names = await nodeNames(cluster);
    const missing = names.filter(name => !covered.has(name));
    if (missing.length === 0) return `A sniffer reports from each of the ${names.length} nodes.`;
    return `No sniffer reports from ${missing.length} of ${names.length} nodes: ${missing.join(', ')}`;
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    return `Which nodes have no sniffer is not known: ${error.message}`;
  }
}
