import type { Hub, Picture, PictureNode } from './picture.ts';

/**
 * The language of Graphviz (https://graphviz.org/doc/info/lang.html): a cluster for each namespace. Nodes are named
 * `name.namespace` as in pictures of the Otterize CLI.
 */
export function dot({ namespaces, arrows, hubs }: Picture): readonly string[] {
  return [
    'digraph {',
    '  graph [rankdir=LR, fontname="Helvetica", fontsize=13, nodesep=0.15, ranksep=0.8, bgcolor=white];',
    '  node [shape=box, style="rounded,filled", fillcolor=white, color="#5b6b80", margin="0.2,0.08", height=0.3, fontname="Helvetica", fontsize=12];',
    '  edge [color="#5b6b80", arrowsize=0.7, fontname="Helvetica", fontsize=9];',
    ...namespaces.flatMap(({ name, services }, index) => [
      `  subgraph cluster_${index} {`,
      `    graph [label=${quoted(name)}, labeljust=l, style="rounded,filled", fillcolor="#eef2f7", color="#b8c4d4"];`,
      ...services.map(service => `    ${nodeName(service)} [label=${labelOf(service)}];`),
      '  }',
    ]),
    ...arrows.map(({ from, to, types }) => {
      const label = types.length === 0 ? '' : ` [label=${quoted(types.join(', '))}]`;
      return `  ${nodeName(from)} -> ${nodeName(to)}${label};`;
    }),
    ...(hubs.length === 0 ? [] : legend(hubs)),
    '}',
  ];
}

function nodeName({ name, namespace }: PictureNode): string {
  return quoted(`${name}.${namespace}`);
}

function labelOf({ name, badges }: PictureNode): string {
  return quoted(badges.length === 0 ? name : `${name}  ${badges.join(' ')}`);
}

/** Which badge stands for which hub. */
function legend(hubs: readonly Hub[]): readonly string[] {
  const lines = hubs.map(({ badge, name, namespace, about }) => `${badge} = ${name} in ${namespace}, ${about}`);
  return [
    '  subgraph cluster_hubs {',
    '    graph [label="Arrows that are left out", style=rounded, color="#b8c4d4"];',
    `    hubs [shape=plaintext, style="", margin="0.5,0.1", label="${lines.map(escaped).join('\\l')}\\l"];`,
    '  }',
  ];
}

function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

/** In labels a backslash begins an escape (escString): it is written twice, then quotes are escaped. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
