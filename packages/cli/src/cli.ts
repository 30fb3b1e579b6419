import { styleText } from 'node:util';
import { ConfigError, describe, readOptions } from '@network-mapper/runtime';
import { CliError } from './cli-error.ts';
import { readCommandLine } from './command-line.ts';
import type { Command } from './command.ts';
import { agents } from './commands/agents.ts';
import { callers } from './commands/callers.ts';
import { createCompletion } from './commands/completion.ts';
import { diff } from './commands/diff.ts';
import { doctor } from './commands/doctor.ts';
import { explain } from './commands/explain.ts';
import { createManual } from './commands/manual.ts';
import { exportObjects } from './commands/export.ts';
import { list } from './commands/list.ts';
import { reset } from './commands/reset.ts';
import { snapshot } from './commands/snapshot.ts';
import { sniff } from './commands/sniff.ts';
import { unmapped } from './commands/unmapped.ts';
import { visualize } from './commands/visualize.ts';
import { version } from './commands/version.ts';
import { commonOptions } from './common-options.ts';
import { readConfigFile } from './config-file.ts';
import { commandHelp, programHelp } from './help.ts';
import { printable, type Output } from './output.ts';

export interface CliOptions {
  /** Without the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Ends commands that run until they are interrupted. */
  readonly signal?: AbortSignal;
  /** Whether people see the result at a terminal that shows colours. */
  readonly coloured?: boolean;
  /** Whether people see the remarks at a terminal. */
  readonly attended?: boolean;
}

export const commands: readonly Command[] = [
  list,
  visualize,
  exportObjects,
  snapshot,
  diff,
  explain,
  callers,
  unmapped,
  agents,
  doctor,
  sniff,
  reset,
  createCompletion(() => commands),
  createManual(() => commands),
  version,
];

/** The Otterize CLI has these commands one level down: its command lines work with this program as well. */
const groups: readonly (string | undefined)[] = ['network-mapper', 'mapper'];

const allOptions = Object.assign({}, commonOptions, ...commands.map(({ options }) => options)) as Command['options'];

/** Runs one command; returns the exit code. */
export async function runCli(options: CliOptions): Promise<number> {
  let errorCode = 1;
  try {
    return (await runCommand(options, command => (errorCode = command.errorCode ?? 1))) ?? 0;
  } catch (error) {
    const problem = error instanceof ConfigError ? error.problems.join(' ') : describe(error);
    options.stderr(`Error: ${printable(problem)}\n`);
    return errorCode;
  }
}

/** Calls `found` with the command before anything of it can fail. */
async function runCommand(
  { args, env, stdout, stderr, signal = new AbortController().signal, coloured = false, attended = false }: CliOptions,
  found: (command: Command) => void,
): Promise<number | undefined> {
  const print: Output['print'] = (lines, colourOf) =>
    stdout(
      lines
        .map(line => {
          const colour = coloured ? colourOf?.(line) : undefined;
          const text = printable(line);
          return `${colour === undefined ? text : styleText(colour, text, { validateStream: false })}\n`;
        })
        .join(''),
    );
  const commandNamed = (name: string) => commands.find(command => command.name === name || command.alias === name);
  // One letter is short for different flags of different commands: those of the command that is named come first.
  const meant = args.map(commandNamed).find(command => command !== undefined)?.options;
  const { words, flags } = readCommandLine(args, { ...meant, ...allOptions, ...meant });
  const isHelp = words[0] === 'help' || flags.has('help');
  const asked = words[0] === 'help' ? words.slice(1) : words;
  const compatible = groups.includes(asked[0]);
  const [name, ...rest] = compatible ? asked.slice(1) : asked;
  if (name === undefined) {
    print(programHelp(commands));
    return;
  }
  const command = commandNamed(name);
  if (command === undefined) throw new CliError(`unknown command "${name}"; network-mapper --help lists them`);
  found(command);
  if (isHelp) {
    print(commandHelp(command));
    return;
  }
  if (rest.length > 0 && command.arguments === undefined) {
    throw new CliError(`too many arguments for "${name}": ${rest.join(' ')}`);
  }
  const taken = Object.values({ ...commonOptions, ...command.options }).map(({ flag }) => flag?.name);
  const stray = [...flags.keys()].find(flag => !taken.includes(flag));
  if (stray !== undefined) throw new CliError(`unknown option --${stray} of "${name}"`);

  const { config } = readOptions({ config: commonOptions.config }, env, { flags });
  const { values: file, warning } = await readConfigFile(config, env.HOME);
  const { quiet } = readOptions({ quiet: commonOptions.quiet }, env, { flags, file });
  const inform: Output['inform'] = line => quiet || stderr(`${printable(line)}\n`);
  if (warning !== undefined) inform(warning);
  return command.run({
    env,
    given: { flags, file },
    words: rest,
    output: { print, inform, progress: attended ? inform : () => undefined },
    compatible,
    signal,
  });
}
