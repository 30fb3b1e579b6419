import type { Change, MapDifference } from './map-difference.ts';
import { placeOf, type MapCall } from './network-map.ts';

/** A line for each call: `+` new, `-` gone, `~` changed, with what changed below. */
export function differenceText({ added, gone, changed }: MapDifference): readonly string[] {
  return [
    ...added.map(call => `+ ${edgeOf(call)}`),
    ...gone.map(call => `- ${edgeOf(call)}`),
    ...changed.flatMap(({ call, changes }) => [
      `~ ${edgeOf(call)}`,
      ...changes.map(change => `    ${wordsOf(change)}`),
    ]),
  ];
}

/** The same as Markdown, for a pull request. */
export function differenceMarkdown({ added, gone, changed }: MapDifference): readonly string[] {
  if (added.length + gone.length + changed.length === 0) return ['No call is new, gone or changed.'];
  const rows = [
    ...added.map(call => ['new', edgeOf(call), portsOf(call)]),
    ...gone.map(call => ['gone', edgeOf(call), portsOf(call)]),
    ...changed.map(({ call, changes }) => ['changed', edgeOf(call), changes.map(wordsOf).join('; ')]),
  ];
  return [
    `**${added.length} new, ${gone.length} gone, ${changed.length} changed**`,
    '',
    '| | Call | Details |',
    '| --- | --- | --- |',
    ...rows.map(cells => `| ${cells.map(cellOf).join(' | ')} |`),
  ];
}

function edgeOf({ client, server, type }: MapCall): string {
  return `${placeOf(client)} -> ${placeOf(server)}${type === null ? '' : ` (${type})`}`;
}

function portsOf({ ports }: MapCall): string {
  return ports.length === 0 ? '' : `ports ${ports.join(', ')}`;
}

function wordsOf({ member, before, after }: Change): string {
  return `${member}: ${before} -> ${after}`;
}

/** Paths and names are what pods say: neither may end the cell nor be taken for markup. */
function cellOf(text: string): string {
  return text.replace(/[\\|`*_<>[\]&#]/g, character => (character === '>' ? '&gt;' : `\\${character}`));
}
