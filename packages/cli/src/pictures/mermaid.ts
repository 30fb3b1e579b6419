import type { Picture } from './picture.ts';

/** A flowchart of Mermaid (https://mermaid.js.org/syntax/flowchart.html), which GitHub shows. */
export function mermaid({ namespaces, arrows }: Picture): readonly string[] {
  return [
    'flowchart LR',
    ...namespaces.flatMap(({ name, services }, index) => [
      `  subgraph n${index}[${quoted(name)}]`,
      ...services.map(service => `    ${service.id}[${quoted(service.name)}]`),
      '  end',
    ]),
    ...arrows.map(({ from, to }) => `  ${from.id} --> ${to.id}`),
  ];
}

/** Characters that mean something in a label are written as entity codes. */
function quoted(text: string): string {
  return `"${text.replace(/["#&<>`\\]/g, character => `#${character.charCodeAt(0)};`)}"`;
}
