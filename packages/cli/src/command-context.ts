import type { Settings } from './settings.ts';

/** What a command works with. */
export interface CommandContext {
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly output: Output;
}

export interface Output {
  /** The result, to standard output as it is. */
  readonly print: (text: string) => void;
  /** A line for the person, to standard error; not with `--quiet`. */
  readonly inform: (line: string) => void;
}
