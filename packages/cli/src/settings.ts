import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import type { Flag, Value } from './flag.ts';

/** Where values come from besides the command line. */
export interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file: Readonly<Record<string, unknown>>;
}

/** Reads flags by the order command line, environment, configuration file, default. */
export class Settings {
  readonly #command: Command;
  readonly #sources: Sources;

  constructor(command: Command, sources: Sources) {
    this.#command = command;
    this.#sources = sources;
  }

  get<T extends Value>(flag: Flag<T>): T {
    return this.find(flag) ?? flag.fallback;
  }

  /** The value that somebody gave; undefined when nobody did. */
  find<T extends Value>(flag: Flag<T>): T | undefined {
    const given = this.#argument(flag);
    if (given !== undefined) return given;
    return this.#variable(flag) ?? flag.form.fromFile(this.#sources.file[flag.name]);
  }

  #variable<T extends Value>(flag: Flag<T>): T | undefined {
    const name = `OTTERIZE_${flag.name.toUpperCase().replaceAll('-', '_')}`;
    const text = this.#sources.env[name];
    // An empty variable counts as none.
    if (!text) return undefined;
    try {
      return flag.form.fromVariable(text);
    } catch (error) {
      throw new CliError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #argument<T extends Value>(flag: Flag<T>): T | undefined {
    const inverted = flag.name.startsWith('no-');
    const attribute = flag.name.replace(/^no-/, '').replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    if (this.#command.getOptionValueSourceWithGlobals(attribute) !== 'cli') return undefined;
    const value: unknown = this.#command.optsWithGlobals()[attribute];
    // What commander keeps under the flag's name is what the flag's own form made of the argument.
    return (inverted ? !(value as boolean) : value) as T;
  }
}
