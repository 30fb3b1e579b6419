import type { Picture } from './picture.ts';

/** A flowchart of Mermaid (https://mermaid.js.org/syntax/flowchart.html), which GitHub shows. */
export function mermaid({ namespaces, arrows, hubs }: Picture): readonly string[] {
  return [
    'flowchart LR',
    ...namespaces.flatMap(({ name, services }, index) => [
      `  subgraph n${index}[${quoted(name)}]`,
      ...services.map(({ id, name: service, badges }) => `    ${id}[${quoted([service, ...badges].join(' '))}]`),
      '  end',
    ]),
    ...arrows.map(({ from, to, types }) => {
      const label = types.length === 0 ? '' : `|${quoted(types.join(', '))}|`;
      return `  ${from.id} -->${label} ${to.id}`;
    }),
    ...hubs.map(
      ({ badge, name, namespace, about }, index) =>
        `  h${index}[${quoted(`${badge} = ${name} in ${namespace}, ${about}`)}]`,
    ),
  ];
}

/** Characters that mean something in a label are written as entity codes. */
function quoted(text: string): string {
  return `"${text.replace(/["#&<>`\\]/g, character => `#${character.charCodeAt(0)};`)}"`;
}
