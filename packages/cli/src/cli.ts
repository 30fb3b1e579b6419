import packageJson from '../package.json' with { type: 'json' };
import { Command, CommanderError } from 'commander';
import { describe } from '@network-mapper/runtime';
import type { CommandContext, Output } from './command-context.ts';
import { readConfigFile } from './config-file.ts';
import { addFlags, withoutSwitchValues } from './flag-options.ts';
import { listFlags, mapperFlags, rootFlags, telemetryFlags } from './flags.ts';
import { list } from './list.ts';
import { resetCapture } from './map-query.ts';
import { withMapper } from './reach-mapper.ts';
import { Settings } from './settings.ts';
import { unmapped } from './unmapped.ts';

export interface CliOptions {
  /** Without the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** What every command takes. */
const everywhere = { ...rootFlags, ...mapperFlags, ...telemetryFlags };

/** Runs one command; returns the exit code. */
export async function runCli(options: CliOptions): Promise<number> {
  let complaint = '';
  try {
    const args = withoutSwitchValues(options.args, { ...everywhere, ...listFlags });
    await createProgram(options, text => (complaint += text)).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      options.stderr(`Error: ${describe(error)}\n`);
      return 1;
    }
    // Where a verb is missing commander complains with the help; here that is an answer like any other.
    const isHelp = error.code === 'commander.help';
    if (isHelp) options.stdout(complaint);
    else options.stderr(complaint);
    return isHelp ? 0 : error.exitCode;
  }
}

function createProgram(options: CliOptions, complain: (text: string) => void): Command {
  const program = new Command('network-mapper')
    .description('Who talks to whom in a Kubernetes cluster, as its network mapper has seen it.')
    .exitOverride()
    .configureOutput({
      writeOut: options.stdout,
      writeErr: complain,
      outputError: (text, write) => write(text.replace(/^error: /, 'Error: ')),
    })
    .helpCommand(true);
  addFlags(program, everywhere);
  addVerbs(program, options);
  // The Otterize CLI has these commands one level down: its command lines work with this program as well.
  const group = program.command('network-mapper', { hidden: true }).alias('mapper').description('the same commands');
  addVerbs(group, options);
  program
    .command('version')
    .alias('api-version')
    .description('print the version')
    .action(() => options.stdout(`Version: ${packageJson.version}\n`));
  return program;
}

function addVerbs(parent: Command, options: CliOptions): void {
  const add = (name: string, description: string, run: (context: CommandContext) => Promise<void>) =>
    parent
      .command(name)
      .description(description)
      .action(async (_options: unknown, command: Command) => run(await contextOf(command, options)));

  addFlags(add('list', 'list who calls whom', list), listFlags);
  addFlags(add('unmapped', 'list what was seen and is not on the map, and why', unmapped), {
    namespaces: listFlags.namespaces,
  });
  add('reset', 'make the mapper forget the calls it has seen', ({ settings, env }) =>
    withMapper(settings, env, resetCapture),
  );
}

async function contextOf(command: Command, { env, stdout, stderr }: CliOptions): Promise<CommandContext> {
  const path = new Settings(command, { env, file: {} }).find(rootFlags.config);
  const { values, warning } = await readConfigFile(path, env.HOME);
  const settings = new Settings(command, { env, file: values });
  const quiet = settings.get(rootFlags.quiet);
  const output: Output = {
    print: stdout,
    inform: line => quiet || stderr(`${line}\n`),
  };
  if (warning !== undefined) output.inform(warning);
  return { settings, env, output };
}
