import { writeFile } from 'node:fs/promises';
import { form } from '@network-mapper/runtime';
import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { filterCalls } from '../filter-calls.ts';
import { flagOption } from '../flag-option.ts';
import { fromOption } from '../from-option.ts';
import { queryCalls, type MapFilter } from '../map-query.ts';
import { namespacesOption } from '../namespaces-option.ts';
import { dot } from '../pictures/dot.ts';
import { mermaid } from '../pictures/mermaid.ts';
import { pictureOf, type Picture } from '../pictures/picture.ts';
import { withMapper } from '../reach-mapper.ts';
import { readSnapshot } from '../read-snapshot.ts';

const formats: Readonly<Record<string, (picture: Picture) => readonly string[] | Promise<readonly string[]>>> = {
  dot,
  mermaid,
  svg,
};

export const visualize = defineCommand({
  name: 'visualize',
  about: 'draw who calls whom, by namespace (--format svg, dot or mermaid)',
  options: {
    namespaces: namespacesOption,
    from: fromOption,
    outputPath: flagOption({
      name: 'output-path',
      short: 'o',
      form: form.text,
      fallback: '',
      about: 'File to write, instead of standard output.',
    }),
  },
  examples: [
    'network-mapper visualize --format svg -o map.svg',
    'network-mapper visualize --format mermaid --from map.json',
  ],
  run: async context => {
    const { options, output } = context;
    const render = formats[options.format];
    if (render === undefined) {
      throw new CliError(`unsupported format: ${options.format}; add --format ${Object.keys(formats).join(', ')}`);
    }
    const filter: MapFilter = {
      namespaces: options.namespaces ?? [],
      distinctByLabel: undefined,
      excludeLabels: options.excludeLabels,
      server: undefined,
    };
    const calls =
      options.from === undefined
        ? await withMapper(context, ({ client }) => queryCalls(client, filter))
        : filterCalls((await readSnapshot(options.from)).calls, filter);
    if (calls.length === 0) output.inform('No connections found.');
    const lines = await render(pictureOf(calls));
    if (options.outputPath === '') {
      output.print(lines);
      return;
    }
    await write(options.outputPath, lines);
    output.inform(`Exported graph as ${options.format} format to path ${options.outputPath}`);
  },
});

/** Graphviz is loaded only where something is drawn: it takes longer than all other commands. */
async function svg(picture: Picture): Promise<readonly string[]> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  return (await Graphviz.load()).dot(dot(picture).join('\n')).trimEnd().split('\n');
}

async function write(path: string, lines: readonly string[]): Promise<void> {
  try {
    await writeFile(path, `${lines.join('\n')}\n`);
  } catch (error) {
    throw new CliError(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
