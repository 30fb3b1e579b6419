import { operations, type MapperClient } from '@network-mapper/api';
import type { MapFilter } from './map-filter.ts';
import { withoutFraction } from './moment.ts';

/** Reasons of what is not mapped that are named; the rest is a command away. */
const mostReasons = 3;

/** Why a map may be empty, in sentences; none where the mapper cannot say. */
export async function emptyMapReasons(client: MapperClient, filter: MapFilter): Promise<readonly string[]> {
  const [agents, unmapped] = await Promise.all([
    client.ask(operations.agents),
    client.ask({ ...operations.unmapped, variables: { namespaces: [], first: 0 } }),
  ]);
  const { namespaces, server, since, excludeLabels } = filter;
  const narrowed = namespaces.length + excludeLabels.length > 0 || server !== undefined || since !== undefined;
  const reasons = narrowed ? ['Calls that the flags leave out are not shown: try it without them.'] : [];
  if (agents.kind === 'answered') reasons.push(agentSentence(agents.data.agents));
  if (unmapped.kind === 'answered') {
    const totals = unmapped.data.unmapped.totals.toSorted((a, b) => b.count - a.count).slice(0, mostReasons);
    if (totals.length > 0) {
      reasons.push('Something was seen that is not on the map (`network-mapper unmapped` lists all of it):');
      reasons.push(...totals.map(({ reason, count, meaning }) => `  ${reason}, ${count} times: ${meaning}`));
    }
  }
  return reasons;
}

function agentSentence(agents: operations.AgentsData['agents']): string {
  if (agents.length === 0)
    return 'No agent reports to this mapper: are the sniffers installed, and may they reach it? See `network-mapper doctor`.';
  const captured = agents.reduce((sum, agent) => sum + agent.captured, 0);
  const last = agents.map(({ lastSeen }) => lastSeen).reduce((a, b) => (a > b ? a : b));
  return `${agents.length} agents report, the last one at ${withoutFraction(last)}; they took in ${captured} packets, lines and statistics.`;
}
