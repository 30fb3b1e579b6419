import type { OptionTable } from '@network-mapper/runtime';
import type { Command } from './command.ts';
import { commonOptions } from './common-options.ts';
import { table } from './table.ts';

/** The help of the program. */
export function programHelp(commands: readonly Command[]): readonly string[] {
  return [
    'Usage: network-mapper <command> [flags]',
    '',
    'Who talks to whom in a Kubernetes cluster, as its network mapper has seen it.',
    '',
    'Commands:',
    ...indented(commands.map(({ name, about }) => [name, about])),
    '',
    'Flags of every command:',
    ...flagLines(commonOptions),
    '',
    'Exit codes: 0, also when nothing is found; 1 for every error, where a command says nothing else.',
    '`network-mapper <command> --help` shows the flags of a command.',
  ];
}

export function commandHelp(command: Command): readonly string[] {
  const { name, about, options, examples = [], exitCodes = {} } = command;
  const own = flagLines(options);
  return [
    `Usage: network-mapper ${[name, command.arguments].filter(Boolean).join(' ')} [flags]`,
    '',
    `Command ${name}: ${about}`,
    ...part(
      'Examples:',
      examples.map(example => `  ${example}`),
    ),
    ...part('Flags:', own),
    ...part('Exit codes:', indented(Object.entries(exitCodes))),
    '',
    'Flags of every command:',
    ...flagLines(commonOptions),
  ];
}

function part(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', heading, ...lines];
}

function flagLines(options: OptionTable): readonly string[] {
  const rows = Object.values(options).flatMap(({ flag, form, fallback, about }) => {
    if (flag === undefined || flag.hidden === true) return [];
    const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
    const value = form.form === 'boolean' ? '' : ` <${form.form}>`;
    const written = form.form === 'boolean' ? '' : form.write(fallback);
    return [[`${short}--${flag.name}${value}`, written === '' ? about : `${about} Default: ${written}.`]];
  });
  return indented(rows);
}

function indented(rows: readonly (readonly string[])[]): readonly string[] {
  return table(rows, undefined).map(line => `  ${line}`);
}
