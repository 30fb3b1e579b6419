import { code, from, table } from '../generated.ts';
import { unusedValues, values } from './values.ts';

/** docs/values.md: the values of the chart. */
export function valuesPage(): string {
  const rows = values.map(({ path, fallback, about }) => [
    code(path),
    fallback === undefined ? '' : code(JSON.stringify(fallback)),
    about,
  ]);
  return `${from('scripts/generate/chart/values.ts and the option tables of the programs')}# Values of the chart

A value that is misspelt is refused, with its path. Values without a default are not set: the program’s own default counts.
[Options](options.md) says more about those under \`mapper.options\` and \`sniffer.options\`.

${table(['Value', 'Default', 'Meaning'], rows)}
## Values of the original's chart that do nothing here

They are accepted, so that a release can be upgraded with the values that it has, and named when the release is installed.

${table(
  ['Value', 'Why'],
  unusedValues.map(({ path, why }) => [code(path), why]),
)}`;
}
