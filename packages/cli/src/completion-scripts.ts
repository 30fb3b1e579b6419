import type { Command } from './command.ts';
import { commonOptions } from './common-options.ts';

interface Flag {
  readonly name: string;
  readonly short: string | undefined;
  readonly about: string;
  /** The words that its value is one of; undefined for a switch. */
  readonly values: readonly string[] | undefined;
}

/** The flags of a command that its help shows. */
function flagsOf(command: Command): readonly Flag[] {
  return Object.values({ ...commonOptions, ...command.options }).flatMap(({ flag, form, about }) =>
    flag === undefined || flag.hidden === true
      ? []
      : [
          {
            name: flag.name,
            short: flag.short,
            about,
            values: form.form === 'boolean' ? undefined : form.form.includes(' | ') ? form.form.split(' | ') : [],
          },
        ],
  );
}

const bash = (commands: readonly Command[]): readonly string[] => [
  '# bash completion of network-mapper',
  '_network_mapper() {',
  '  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} word command=',
  '  COMPREPLY=()',
  '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
  `    case $word in ${commands.map(({ name }) => name).join('|')}) command=$word; break ;; esac`,
  '  done',
  '  case "$command $previous" in',
  ...commands.flatMap(command =>
    flagsOf(command).flatMap(({ name, short, values = [] }) =>
      values.length === 0
        ? []
        : [
            `    "${command.name} --${name}"${short === undefined ? '' : `|"${command.name} -${short}"`}) COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$current")); return ;;`,
          ],
    ),
  ),
  '  esac',
  '  case $current in',
  '    -*)',
  '      case $command in',
  ...commands.map(
    command =>
      `        ${command.name}) COMPREPLY=($(compgen -W "${flagsOf(command)
        .map(({ name }) => `--${name}`)
        .join(' ')} --help" -- "$current")) ;;`,
  ),
  '      esac ;;',
  '    *)',
  `      if [ -z "$command" ]; then COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} help" -- "$current")); else COMPREPLY=($(compgen -f -- "$current")); fi ;;`,
  '  esac',
  '}',
  'complete -F _network_mapper network-mapper kubectl-network_mapper',
];

const zsh = (commands: readonly Command[]): readonly string[] => [
  '#compdef network-mapper kubectl-network_mapper',
  '_network_mapper() {',
  '  local -a commands',
  '  commands=(',
  ...commands.map(({ name, about }) => `    ${singleQuoted(`${name}:${about}`)}`),
  '  )',
  "  _arguments -C '1: :->command' '*:: :->rest'",
  '  case $state in',
  '    command) _describe command commands ;;',
  '    rest)',
  '      case $words[1] in',
  ...commands.flatMap(command => [
    `        ${command.name})`,
    '          _arguments \\',
    ...flagsOf(command).map(flag => `            ${zshFlag(flag)} \\`),
    "            '*:file:_files' ;;",
  ]),
  '      esac ;;',
  '  esac',
  '}',
  'if [ "$funcstack[1]" = _network_mapper ]; then _network_mapper "$@"; else compdef _network_mapper network-mapper kubectl-network_mapper; fi',
];

function zshFlag({ name, about, values }: Flag): string {
  const text = about.replace(/[[\]:]/g, character => `\\${character}`);
  const value = values === undefined ? '' : values.length === 0 ? ':value:_files' : `:value:(${values.join(' ')})`;
  return singleQuoted(`--${name}${value === '' ? '' : '='}[${text}]${value}`);
}

const fish = (commands: readonly Command[]): readonly string[] => [
  '# fish completion of network-mapper',
  `set -l commands ${commands.map(({ name }) => name).join(' ')}`,
  'for program in network-mapper kubectl-network_mapper',
  ...commands.map(
    ({ name, about }) =>
      `  complete -c $program -f -n "not __fish_seen_subcommand_from $commands" -a ${name} -d ${singleQuoted(about)}`,
  ),
  ...commands.flatMap(command =>
    flagsOf(command).map(({ name, short, about, values }) =>
      [
        `  complete -c $program -n "__fish_seen_subcommand_from ${command.name}" -l ${name}`,
        ...(short === undefined ? [] : [`-s ${short}`]),
        ...(values === undefined ? [] : values.length === 0 ? ['-r'] : [`-x -a ${singleQuoted(values.join(' '))}`]),
        `-d ${singleQuoted(about)}`,
      ].join(' '),
    ),
  ),
  'end',
];

const powershell = (commands: readonly Command[]): readonly string[] => [
  '# PowerShell completion of network-mapper',
  "Register-ArgumentCompleter -Native -CommandName 'network-mapper', 'kubectl-network_mapper' -ScriptBlock {",
  '  param($wordToComplete, $commandAst, $cursorPosition)',
  '  $flags = @{',
  ...commands.map(
    command =>
      `    '${command.name}' = @(${flagsOf(command)
        .map(({ name }) => `'--${name}'`)
        .join(', ')})`,
  ),
  '  }',
  '  $words = $commandAst.CommandElements | ForEach-Object { $_.ToString() }',
  '  $command = $words | Select-Object -Skip 1 | Where-Object { $flags.ContainsKey($_) } | Select-Object -First 1',
  '  $choices = if ($command -and $command -ne $wordToComplete) { $flags[$command] } else { $flags.Keys | Sort-Object }',
  '  $choices | Where-Object { $_ -like "$wordToComplete*" } |',
  "    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }",
  '}',
];

/** For POSIX shells, zsh and fish; the texts hold no backslash. */
function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", '’')}'`;
}

/** The script of each shell, in lines. */
export const completionScripts = { bash, zsh, fish, powershell };

type Shell = keyof typeof completionScripts;

export function isShell(name: string): name is Shell {
  return Object.hasOwn(completionScripts, name);
}

export const shells = Object.keys(completionScripts);
