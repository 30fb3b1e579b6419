import type { OptionTable } from '@network-mapper/runtime';
import type { Command } from './command.ts';
import { commonOptions } from './common-options.ts';
import { version } from './version.ts';

/** The manual page of the program, in the macros of man(7). */
export function manualPage(commands: readonly Command[]): readonly string[] {
  return [
    `.TH NETWORK-MAPPER 1 "" "network-mapper ${version}" "User Commands"`,
    '.SH NAME',
    'network-mapper \\- who talks to whom in a Kubernetes cluster',
    '.SH SYNOPSIS',
    '.B network-mapper',
    '.I command',
    '[flags]',
    '.SH COMMANDS',
    ...commands.flatMap(command => [
      `.SS ${roff([command.name, command.arguments].filter(Boolean).join(' '))}`,
      roff(`${command.about}.`),
      ...flags(command.options),
      ...(command.examples ?? []).flatMap(example => ['.PP', `.B ${roff(example)}`]),
      ...Object.entries(command.exitCodes ?? {}).flatMap(([code, meaning]) => [
        '.TP',
        `exit code ${code}`,
        roff(meaning),
      ]),
    ]),
    '.SH FLAGS OF EVERY COMMAND',
    ...flags(commonOptions),
    '.SH ENVIRONMENT',
    'Every flag is a variable as well: OTTERIZE_ and its name in upper case, with _ for \\-. NO_COLOR turns colours off.',
    '.SH EXIT STATUS',
    '0 on success, also when nothing is found; 1 on every error, where a command says nothing else.',
  ];
}

function flags(options: OptionTable): readonly string[] {
  return Object.values(options).flatMap(({ flag, form, about }) => {
    if (flag === undefined || flag.hidden === true) return [];
    const short = flag.short === undefined ? '' : `-${flag.short}, `;
    const value = form.form === 'boolean' ? '' : ` ${form.form}`;
    return ['.TP', `.B ${roff(`${short}--${flag.name}${value}`)}`, roff(about)];
  });
}

/** Text in which nothing is a request or an escape. */
function roff(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^[.']/, '\\&$&');
}
