import { readFile } from 'node:fs/promises';
import { layers } from '../eslint/layers.ts';
import { code, formatted, table, type Generated } from './generated.ts';

const path = 'docs/architecture.md';
const region = /(?<=<!-- layers: generated from scripts\/eslint\/layers\.ts -->\n\n)[^]*?(?=\n<!-- end of layers -->)/;

/** The table of packages in docs/architecture.md, as the lint rules have it. */
export async function importTable(): Promise<Generated> {
  const page = await readFile(path, 'utf8');
  if (!region.test(page)) throw new Error(`${path} has no region for the table of layers.`);
  const rows = Object.entries(layers).map(([name, { what, may }]) => [
    code(name),
    what,
    may.map(code).join(', ') || 'nothing',
  ]);
  const text = table(['Package', 'What', 'May import (ours)'], rows);
  return formatted({ path, text: page.replace(region, () => text) });
}
