import { readOptions, type Config, type GivenOptions, type OptionTable } from '@network-mapper/runtime';
import { commonOptions } from './common-options.ts';
import type { Output } from './output.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a command works with. */
export interface CommandContext<Options extends OptionTable = OptionTable> {
  readonly options: Config<typeof commonOptions & Options>;
  readonly env: Environment;
  readonly output: Output;
}

/** One command of the program: all that help, parser and documentation know of it. */
export interface Command {
  readonly name: string;
  /** Another name for it. */
  readonly alias?: string;
  /** A phrase for the help. */
  readonly about: string;
  /** Its own options; every command takes `commonOptions` too. */
  readonly options: OptionTable;
  /** Throws CliError, ConfigError and what the cluster's connection throws. */
  run(given: { readonly env: Environment; readonly given: GivenOptions; readonly output: Output }): Promise<void>;
}

/** A command whose `run` has its options with their types. */
export function defineCommand<Options extends OptionTable>(definition: {
  readonly name: string;
  readonly alias?: string;
  readonly about: string;
  readonly options: Options;
  readonly run: (context: CommandContext<Options>) => Promise<void> | void;
}): Command {
  const table = { ...commonOptions, ...definition.options };
  return {
    ...definition,
    run: async ({ env, given, output }) => definition.run({ options: readOptions(table, env, given), env, output }),
  };
}
