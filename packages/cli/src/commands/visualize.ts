import { form } from '@network-mapper/runtime';
import { CliError } from '../cli-error.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { withoutServices } from '../filter-calls.ts';
import { flagOption } from '../flag-option.ts';
import { mapFilterOf, mapFilterOptions } from '../map-filter.ts';
import { toObservedIntents } from '../observed-intents.ts';
import { dot } from '../pictures/dot.ts';
import { graphml } from '../pictures/graphml.ts';
import { htmlPage } from '../pictures/html-page.ts';
import { mermaid } from '../pictures/mermaid.ts';
import { pictureOf, type Picture } from '../pictures/picture.ts';
import { svg } from '../pictures/svg.ts';
import { readCalls, readIntents } from '../read-calls.ts';
import { write } from '../write-objects.ts';

type Content = string | Uint8Array;

interface Format {
  readonly render: (picture: Picture) => Content | Promise<Content>;
  /** What other programs read has all arrows. */
  readonly isData?: boolean;
}

const jpg: Format = {
  render: async picture => (await import('../pictures/pixels.ts')).jpg(await svg(picture)),
};

// What draws pixels and pages is loaded when it is needed: it takes longer than all other commands.
const drawings: Readonly<Record<string, Format>> = {
  png: { render: async picture => (await import('../pictures/pixels.ts')).png(await svg(picture)) },
  jpg,
  jpeg: jpg,
  svg: { render: picture => svg(picture) },
  pdf: { render: async picture => (await import('../pictures/pdf.ts')).pdf(await svg(picture)) },
  dot: { render: picture => dot(picture).join('\n') },
  mermaid: { render: picture => mermaid(picture).join('\n') },
  graphml: { render: picture => graphml(picture).join('\n'), isData: true },
};

const formats = [...Object.keys(drawings).filter(name => name !== 'jpeg'), 'html'];

const options = {
  ...mapFilterOptions,
  format: flagOption({
    name: 'format',
    form: form.text,
    fallback: 'png',
    about: `What to draw: ${formats.join(', ')}.`,
  }),
  outputPath: flagOption({
    name: 'output-path',
    short: 'o',
    form: form.text,
    fallback: '',
    about: 'File to write. Only text (svg, dot, mermaid, graphml) goes to standard output without it.',
  }),
  allArrows: flagOption({
    name: 'all-arrows',
    form: form.boolean,
    fallback: false,
    about:
      'Draw the arrows of hubs, too: services that most others call, as DNS, or that call most others, as metrics.',
    ours: true,
  }),
};

export const visualize = defineCommand({
  name: 'visualize',
  about: 'draw who calls whom, by namespace',
  options,
  examples: [
    'network-mapper visualize -o map.png',
    'network-mapper visualize --format html -o map.html --namespaces shop',
    'network-mapper visualize --format mermaid -o map.md --from map.json',
  ],
  run: async context => {
    const { outputPath, format: given } = context.options;
    const format = given.toLowerCase();
    if (format !== 'html' && drawings[format] === undefined)
      throw new CliError(`unsupported format: ${given}; --format is one of ${formats.join(', ')}`);
    if (outputPath === '' && !['svg', 'dot', 'mermaid', 'graphml'].includes(format))
      throw new CliError('required flag(s) "output-path" not set: name the file to write with -o');
    const content = await contentOf(context, format);
    if (outputPath === '') {
      context.output.print(String(content).split('\n'));
      return;
    }
    await write(outputPath, typeof content === 'string' ? `${content}\n` : content);
    const shown = format === 'jpeg' ? 'jpg' : format;
    context.output.inform(`Exported graph as ${shown} format to path ${outputPath}`);
  },
});

async function contentOf(context: CommandContext<typeof options>, format: string): Promise<Content> {
  const filter = mapFilterOf(context.options);
  const drawing = drawings[format];
  if (drawing === undefined)
    return htmlPage(withoutServices(await readCalls(context, filter), context.options.excludeServices), {
      grouping: context.options,
      fold: !context.options.allArrows,
    });
  const objects = toObservedIntents(await readIntents(context, filter), context.options);
  const fold = !context.options.allArrows && drawing.isData !== true;
  return drawing.render(pictureOf(objects, { fold }));
}
