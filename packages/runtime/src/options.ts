/**
 * Options of a program: one table says name, default, meaning and form of each. The typed configuration, flags, the
 * environment's names, the documentation and the JSON schema (`json-schema.ts`) all come from it.
 */

/** A value, or a sentence that says what is wrong with what was given. */
export type Reading<T> = { readonly value: T } | { readonly problem: string };

/** A form that an option's text can have. */
export interface OptionForm<T> {
  /** The name of the form in the documentation, e.g. `duration`. */
  readonly form: string;
  /** From the environment, and from a flag unless `readFlag` is there. */
  read(text: string): Reading<T>;
  /** From all uses of a flag in a command line, where that is not `read` of the last one. */
  readonly readFlag?: (texts: readonly string[]) => Reading<T>;
  /** The value as a user would write it. */
  write(value: T): string;
  /** Draft 2020-12, of the value in a file of values. */
  readonly schema: JsonSchema;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Option<T> {
  /** The environment variable. A variable that is set but empty counts as not set. */
  readonly env: string;
  /**
   * How it is given in a command line, for programs that are started by people; in a configuration file `name` as well.
   */
  readonly flag?: Flag;
  readonly form: OptionForm<T>;
  readonly fallback: T;
  /** One sentence for the documentation. */
  readonly about: string;
  /** True for options that the original does not have. */
  readonly ours?: boolean;
}

export interface Flag {
  /** Without the dashes: `namespaces`. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** Accepted, but not shown in the help. */
  readonly hidden?: boolean;
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

/** What was given besides the environment. */
export interface GivenOptions {
  /** The texts of each flag of the command line, by its name; a flag with an empty text counts as set. */
  readonly flags?: ReadonlyMap<string, readonly string[]>;
  /** A configuration file's values by the names of the flags. */
  readonly file?: Readonly<Record<string, unknown>>;
}

/**
 * Reads all options of `table`: a flag goes before the environment, that before the file, that before the default.
 * Throws one `ConfigError` that lists every problem.
 */
export function readOptions<Table extends OptionTable>(
  table: Table,
  env: Readonly<Record<string, string | undefined>>,
  given: GivenOptions = {},
): Config<Table> {
  const problems: string[] = [];
  const entries = Object.entries(table).map(([name, definition]) => {
    const found = fromFlag(definition, given) ?? fromVariable(definition, env) ?? fromFile(definition, given);
    if (found === undefined) return [name, definition.fallback];
    if ('value' in found.reading) return [name, found.reading.value];
    problems.push(`${found.where}: ${found.reading.problem}`);
    return [name, undefined];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.fromEntries(entries) as Config<Table>;
}

interface Found {
  /** What was given, as the user wrote it. */
  readonly where: string;
  readonly reading: Reading<unknown>;
}

function fromFlag({ flag, form }: Option<unknown>, { flags }: GivenOptions): Found | undefined {
  const texts = flag && flags?.get(flag.name);
  const last = texts?.at(-1);
  if (flag === undefined || texts === undefined || last === undefined) return undefined;
  return { where: `--${flag.name}=${quote(last)}`, reading: form.readFlag?.(texts) ?? form.read(last) };
}

function fromVariable(
  definition: Option<unknown>,
  env: Readonly<Record<string, string | undefined>>,
): Found | undefined {
  const text = env[definition.env];
  if (text === undefined || text === '') return undefined;
  return { where: `${definition.env}=${quote(text)}`, reading: definition.form.read(text) };
}

/** A list in a file is one of texts, or one text that is the only item; other values are read as they are written. */
function fromFile({ flag, form }: Option<unknown>, { file }: GivenOptions): Found | undefined {
  const value = flag && file?.[flag.name];
  if (flag === undefined || value === undefined || value === null) return undefined;
  const where = `${flag.name} in the configuration file`;
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (items.some(item => typeof item === 'object')) return { where, reading: { problem: `not a ${form.form}.` } };
  if (form.schema.type === 'array') return { where, reading: { value: items.map(String) } };
  if (Array.isArray(value)) return { where, reading: { problem: `not a ${form.form}.` } };
  return { where, reading: form.read(String(items[0])) };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
