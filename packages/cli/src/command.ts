import { readOptions, type Config, type GivenOptions, type OptionTable } from '@network-mapper/runtime';
import { commonOptions } from './common-options.ts';
import type { Output } from './output.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a command works with. */
export interface CommandContext<Options extends OptionTable = OptionTable> {
  readonly options: Config<typeof commonOptions & Options>;
  readonly env: Environment;
  /** What follows the command's name and is no flag. */
  readonly words: readonly string[];
  readonly output: Output;
  /** Whether the command line is one of the Otterize CLI (`network-mapper network-mapper list`): scripts have those. */
  readonly compatible: boolean;
  /** Aborted when the program is to end. */
  readonly signal: AbortSignal;
}

/** What the program ends with; 0 where a command says nothing. */
type ExitCode = number | undefined;

/** What help, parser and documentation know of a command. */
interface CommandDescription {
  readonly name: string;
  /** Another name for it. */
  readonly alias?: string;
  /** What it takes beside flags, as the help writes it; nothing where this is not given. */
  readonly arguments?: string;
  /** A phrase for the help. */
  readonly about: string;
  /** Command lines that somebody would give. */
  readonly examples?: readonly string[];
  /** Where they are not 0 and, for every error, 1. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** The exit code of every error; 1 where it is not given. */
  readonly errorCode?: number;
}

/** One command of the program. */
export interface Command extends CommandDescription {
  /** Its own options; every command takes `commonOptions` too. */
  readonly options: OptionTable;
  /** Throws CliError, ConfigError and what the cluster's connection throws. */
  run(given: {
    readonly env: Environment;
    readonly given: GivenOptions;
    readonly words: readonly string[];
    readonly output: Output;
    readonly compatible: boolean;
    readonly signal: AbortSignal;
  }): Promise<ExitCode>;
}

/** A command whose `run` has its options with their types. */
export function defineCommand<Options extends OptionTable>(
  definition: CommandDescription & {
    readonly options: Options;
    readonly run:
      | ((context: CommandContext<Options>) => Promise<ExitCode>)
      | ((context: CommandContext<Options>) => Promise<void>)
      | ((context: CommandContext<Options>) => void);
  },
): Command {
  const table = { ...commonOptions, ...definition.options };
  return {
    ...definition,
    run: async ({ given, ...context }) => {
      const code = await definition.run({ ...context, options: readOptions(table, context.env, given) });
      return typeof code === 'number' ? code : undefined;
    },
  };
}
