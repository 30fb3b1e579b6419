import type { operations } from '@network-mapper/api';
import { ok, type Check } from './check.ts';

type Agent = operations.AgentsData['agents'][number];

/** Milliseconds after which an agent that reports every few seconds is silent. */
const longestSilence = 120_000;
/** Milliseconds that clocks may differ. */
const mostSkew = 30_000;
/** Part of what was captured that may be dropped before the map has gaps worth a word. */
const mostDropped = 0.01;

/** What the agents say of themselves; `now` in milliseconds since the epoch. */
export function agentChecks(agents: readonly Agent[], now: number): readonly Check[] {
  const sniffers = agents.filter(({ kind }) => kind === 'sniffer');
  if (sniffers.length === 0) {
    return [
      {
        name: 'sniffers',
        status: 'fail',
        found: 'No sniffer reports to the mapper.',
        remedy: 'See whether the DaemonSet otterize-network-sniffer runs, and its logs.',
      },
    ];
  }
  return [
    ok('sniffers', { found: `${sniffers.length} report.` }),
    silence(agents, now),
    clocks(agents, now),
    drops(agents),
    losses(agents),
    versions(agents),
  ];
}

function silence(agents: readonly Agent[], now: number): Check {
  const newest = Math.max(...agents.map(({ lastSeen }) => Date.parse(lastSeen)), now - longestSilence);
  const silent = agents.filter(({ lastSeen }) => newest - Date.parse(lastSeen) > longestSilence);
  if (silent.length === 0) return ok('reports', { found: 'Every agent reported within the last two minutes.' });
  return {
    name: 'reports',
    status: 'warn',
    found: `No report for more than two minutes from ${named(silent)}.`,
    remedy: 'A node that is gone leaves the list in time; else see the logs of these agents.',
  };
}

function clocks(agents: readonly Agent[], now: number): Check {
  const ahead = Math.max(...agents.map(({ lastSeen }) => Date.parse(lastSeen))) - now;
  const late = agents.filter(({ startedAt, lastSeen }) => Date.parse(startedAt) - Date.parse(lastSeen) > mostSkew);
  if (ahead <= mostSkew && late.length === 0) return ok('clocks', { found: 'The clocks agree.' });
  return {
    name: 'clocks',
    status: 'warn',
    found:
      late.length > 0
        ? `The clock is ahead on ${named(late)}.`
        : `The mapper's clock is ${Math.round(ahead / 1000)} s ahead of this machine's.`,
    remedy: 'Have the clocks set over the network (NTP): addresses are resolved by the time they were seen.',
  };
}

function drops(agents: readonly Agent[]): Check {
  const lossy = agents.filter(
    ({ captured, dropped, droppedByInterface }) => dropped + droppedByInterface > mostDropped * Math.max(captured, 100),
  );
  if (lossy.length === 0) return ok('drops', { found: 'Less than 1 % of what was captured was dropped.' });
  return {
    name: 'drops',
    status: 'warn',
    found: `More than 1 % of the packets were dropped on ${named(lossy)}.`,
    remedy: 'Give these sniffers more CPU; `network-mapper agents` has the counts.',
  };
}

function losses(agents: readonly Agent[]): Check {
  const lost = agents.filter(agent => agent.lost > 0);
  if (lost.length === 0) return ok('losses', { found: 'No agent gave up a sighting for want of room.' });
  return {
    name: 'losses',
    status: 'warn',
    found: `Sightings were given up for want of room on ${named(lost)}.`,
    remedy: 'The mapper was away or slow for long: see its logs and its memory.',
  };
}

function versions(agents: readonly Agent[]): Check {
  const found = [...new Set(agents.map(({ version }) => version))].toSorted();
  if (found.length === 1) return ok('versions', { found: `All agents are of version ${found.join('')}.` });
  return {
    name: 'versions',
    status: 'warn',
    found: `Agents of ${found.length} versions report: ${found.join(', ')}.`,
    remedy: 'Finish the upgrade: `helm upgrade`, and wait for the rollout.',
  };
}

function named(agents: readonly Agent[]): string {
  return agents.map(({ kind, name }) => `${kind} ${name}`).join(', ');
}
