/**
 * Options of a process: one table per program says name, default, meaning and form of each; the typed
 * configuration, the environment's names, the documentation and the chart's schema all come from it.
 */

/** A form that an option's text can have. `read` answers the value, or a sentence that says what is wrong with the text. */
export interface OptionForm<T> {
  /** The name of the form in the documentation, e.g. `duration`. */
  readonly form: string;
  read(text: string): { readonly value: T } | { readonly problem: string };
  /** The value as a user would write it. */
  write(value: T): string;
}

export interface Option<T> {
  /** The environment variable. A variable that is set but empty counts as not set. */
  readonly env: string;
  readonly form: OptionForm<T>;
  readonly fallback: T;
  /** One sentence for the documentation. */
  readonly about: string;
  /** True for options that the original does not have. */
  readonly ours?: boolean;
}

/** One option of a table, with its type taken from its form. */
export function option<T>(definition: Option<T>): Option<T> {
  return definition;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The configuration that a table describes. */
export type Config<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer T> ? T : never;
};

/** All that is wrong with the configuration, in one error. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}: ${problems.join(' ')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Reads all options of `table` from `env`. Throws one `ConfigError` that lists every problem. */
export function readOptions<Table extends OptionTable>(
  table: Table,
  env: Readonly<Record<string, string | undefined>>,
): Config<Table> {
  const problems: string[] = [];
  const entries = Object.entries(table).map(([name, definition]) => {
    const text = env[definition.env];
    if (text === undefined || text === '') return [name, definition.fallback];
    const result = definition.form.read(text);
    if ('value' in result) return [name, result.value];
    problems.push(`${definition.env}=${quote(text)}: ${result.problem}`);
    return [name, undefined];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.fromEntries(entries) as Config<Table>;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
