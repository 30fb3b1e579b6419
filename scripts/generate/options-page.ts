import { jsonSchemaOf, type OptionTable } from '@network-mapper/runtime';
import { commands } from '../../packages/cli/src/cli.ts';
import { commonOptions } from '../../packages/cli/src/common-options.ts';
import { ignoredOptions, reasons } from '../../packages/mapper/src/ignored-options.ts';
import { mapperOptions } from '../../packages/mapper/src/options.ts';
import { options as istioWatcherOptions } from '../../packages/istio-watcher/src/options.ts';
import { options as kafkaWatcherOptions } from '../../packages/kafka-watcher/src/options.ts';
import { dnsOptions, proxyOptions, webhookOptions } from '../../packages/aws-visibility/src/options.ts';
import { options as snifferOptions } from '../../packages/sniffer/src/options.ts';
import { code, formatted, from, table, type Generated } from './generated.ts';

const path = 'docs/options.md';

/** docs/options.md: what can be set, as the programs' own tables say it. */
export async function optionsPage(): Promise<Generated> {
  const text = `${from("the programs' option tables")}# Options

All options are environment variables; one that is set but empty counts as not set. A value that cannot be read ends the program at its
start with exit code 78 and a sentence for every problem. Options of the Otterize network mapper keep their names and forms, and their defaults where nothing else is said.

| Form | Written as |
| --- | --- |
| boolean | \`true\` or \`false\` (also \`1\`, \`0\`, \`t\`, \`f\`) |
| integer | a whole number |
| port | a number from 0 to 65535; 0 lets the system choose |
| duration | numbers with units: \`500ms\`, \`30s\`, \`1m30s\`, \`2h\` |
| list | items separated by blanks |
| URL | an address that starts with \`http://\` or \`https://\` |
| text | anything |

The command line has [flags](#command-line), with variables of the same names. \`docs/options.schema.json\` has the options of mapper and
sniffer as a JSON schema.

${section('Mapper', mapperOptions)}${ignored()}${section('Sniffer', snifferOptions)}${section('Kafka watcher', kafkaWatcherOptions)}${section('Istio watcher', istioWatcherOptions)}${section('AWS visibility: proxy', proxyOptions)}${section('AWS visibility: DNS server', dnsOptions)}${section('AWS visibility: webhook', webhookOptions)}${commandLine()}`;
  return formatted({ path, text });
}

function section(program: string, definitions: OptionTable): string {
  const all = Object.values(definitions);
  const rows = (ours: boolean) =>
    table(
      ['Variable', 'Form', 'Default', 'Meaning'],
      all
        .filter(option => (option.ours ?? false) === ours)
        .map(({ env, form, fallback, about }) => [code(env), form.form, code(form.write(fallback)), about]),
    );
  return `## ${program}\n\n${rows(false)}\n### ${program}: options that the original does not have\n\n${rows(true)}\n`;
}

/** The same as JSON schemas: what a chart's values or an editor are checked against. */
export async function optionsSchema(): Promise<Generated> {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $defs: {
      mapper: jsonSchemaOf(mapperOptions),
      sniffer: jsonSchemaOf(snifferOptions),
      kafkaWatcher: jsonSchemaOf(kafkaWatcherOptions),
      istioWatcher: jsonSchemaOf(istioWatcherOptions),
      awsProxy: jsonSchemaOf(proxyOptions),
      awsDns: jsonSchemaOf(dnsOptions),
      awsWebhook: jsonSchemaOf(webhookOptions),
    },
  };
  return formatted({ path: 'docs/options.schema.json', text: JSON.stringify(schema) });
}

function commandLine(): string {
  const rows = (options: OptionTable) =>
    Object.values(options).flatMap(({ flag, env, form, fallback, about }) => {
      if (flag === undefined || flag.hidden === true) return [];
      const short = flag.short === undefined ? '' : `${code(`-${flag.short}`)}, `;
      return [[short + code(`--${flag.name}`), code(env), form.form, code(form.write(fallback)), about]];
    });
  const flags = (options: OptionTable) => table(['Flag', 'Variable', 'Form', 'Default', 'Meaning'], rows(options));
  const own = commands
    .filter(({ options }) => Object.keys(options).length > 0)
    .map(({ name, about, options }) => `### \`network-mapper ${name}\`: ${about}\n\n${flags(options)}\n`);
  return `## Command line

A flag goes before its variable, the variable before the configuration file (\`~/.otterize/config\`, YAML), which has the flags' names. In
a flag the items of a list are separated by commas, and the flag can be given more than once; a boolean flag may have a value
(\`--short=false\`).

### Every command

${flags(commonOptions)}
${own.join('\n')}`;
}

function ignored(): string {
  const rows = ignoredOptions.map(({ env, fallback, about, why }) => [code(env), code(fallback), about, reasons[why]]);
  const head = ['Variable', 'Default of the original', 'Meaning there', 'Why it does nothing here'];
  return `### Mapper: options of the original that may be set and do nothing

A mapper that is asked by them for something that it does not do says so once in its log.

${table(head, rows)}
`;
}
