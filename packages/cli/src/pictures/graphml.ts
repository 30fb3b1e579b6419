import type { Picture } from './picture.ts';

const keys = ['name', 'namespace', 'types'];

/** GraphML (http://graphml.graphdrawing.org/primer/graphml-primer.html), which yEd, Gephi and networkx read. */
export function graphml({ namespaces, arrows }: Picture): readonly string[] {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...keys.map(
      key => `  <key id="${key}" for="${key === 'types' ? 'edge' : 'node'}" attr.name="${key}" attr.type="string"/>`,
    ),
    '  <graph edgedefault="directed">',
    ...namespaces.flatMap(({ services }) =>
      services.map(
        ({ id, name, namespace }) =>
          `    <node id="${id}">${data('name', { value: name })}${data('namespace', { value: namespace })}</node>`,
      ),
    ),
    ...arrows.map(
      ({ from, to, types }) =>
        `    <edge source="${from.id}" target="${to.id}">${data('types', { value: types.join(' ') })}</edge>`,
    ),
    '  </graph>',
    '</graphml>',
  ];
}

function data(key: string, { value }: { readonly value: string }): string {
  return `<data key="${key}">${xml(value)}</data>`;
}

/** Control characters but white space are in no XML 1.0 document. */
function xml(text: string): string {
  return text
    .replace(/[\p{Cc}--[\t\n\r]]/gv, '\ufffd')
    .replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);
}
