import type { Picture } from './picture.ts';

/** The language of Graphviz (https://graphviz.org/doc/info/lang.html). */
export function dot({ namespaces, arrows }: Picture): readonly string[] {
  return [
    'digraph {',
    '  graph [rankdir=LR, fontname="Helvetica", compound=true];',
    '  node [shape=box, style="rounded,filled", fillcolor=white, margin=0.2, fontname="Helvetica"];',
    ...namespaces.flatMap(({ name, services }, index) => [
      `  subgraph cluster_${index} {`,
      `    graph [label=${quoted(name)}, style="rounded,filled", fillcolor="#eef2f7", color="#b8c4d4"];`,
      ...services.map(service => `    ${service.id} [label=${quoted(service.name)}];`),
      '  }',
    ]),
    ...arrows.map(({ from, to }) => `  ${from.id} -> ${to.id};`),
    '}',
  ];
}

/** In labels a backslash begins an escape (escString): it is written twice, then quotes are escaped. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
