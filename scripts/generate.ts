/**
 * Writes what is generated from sources: `node scripts/generate.ts`; with `--check` it only lists what is out of date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiTypes } from './generate/api-types.ts';
import { chartFiles } from './generate/chart-files.ts';
import { demoMap } from './generate/demo-map.ts';
import { importTable } from './generate/import-table.ts';
import { metricsPage } from './generate/metrics-page.ts';
import { optionsPage, optionsSchema } from './generate/options-page.ts';
import { skipReasonsPage } from './generate/skip-reasons-page.ts';

process.chdir(join(import.meta.dirname, '..'));
const check = process.argv.includes('--check');
const files = [
  ...(await apiTypes()),
  ...(await chartFiles()),
  await optionsPage(),
  await optionsSchema(),
  await skipReasonsPage(),
  await importTable(),
  await metricsPage(),
  await demoMap(),
];

const stale: string[] = [];
for (const { path, text } of files) {
  // A file that is not there yet is out of date.
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) continue;
  stale.push(path);
  if (!check) await writeFile(path, text);
}
if (check && stale.length > 0) {
  console.error(`out of date, run \`npm run generate\`: ${stale.join(', ')}`);
  process.exitCode = 1;
}
