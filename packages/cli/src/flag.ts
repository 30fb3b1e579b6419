import { InvalidArgumentError } from 'commander';

/**
 * Everything that can be set, said once: on the command line as `--name`, in the environment as `OTTERIZE_NAME`, in the configuration
 * file as `name`.
 */
export interface Flag<T extends Value = Value> {
  readonly name: string;
  readonly short?: string;
  readonly help: string;
  /** Not shown in the help. */
  readonly hidden?: boolean;
  readonly form: Form<T>;
  readonly fallback: T;
}

export type Value = string | number | boolean | readonly string[];

/** How a value is written in each place. */
export interface Form<T extends Value> {
  /** What the help shows after the name; a switch has none. */
  readonly placeholder?: string;
  /** From the command line; `before` is what an earlier use of the same flag gave. Throws InvalidArgumentError. */
  fromArgument(text: string, before: T | undefined): T;
  /** From the environment. Throws InvalidArgumentError. */
  fromVariable(text: string): T;
  /** From the configuration file; undefined when it does not fit. */
  fromFile(value: unknown): T | undefined;
}

export const textForm: Form<string> = {
  placeholder: 'text',
  fromArgument: value => value,
  fromVariable: value => value,
  fromFile: value => (typeof value === 'string' ? value : undefined),
};

export const integerForm: Form<number> = {
  placeholder: 'number',
  fromArgument: parseInteger,
  fromVariable: parseInteger,
  fromFile: value => (typeof value === 'number' ? value : undefined),
};

/** Comma separated and repeatable on the command line; separated by white space in the environment. */
export const listForm: Form<readonly string[]> = {
  placeholder: 'list',
  fromArgument: (value, before = []) => [...before, ...splitCommas(value)],
  fromVariable: value => value.split(/\s+/).filter(Boolean),
  fromFile: value => (Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : undefined),
};

export const switchForm: Form<boolean> = {
  fromArgument: () => true,
  fromVariable: parseSwitch,
  fromFile: value => (typeof value === 'boolean' ? value : undefined),
};

function parseSwitch(value: string): boolean {
  const on = switchValue(value);
  if (on === undefined) throw new InvalidArgumentError(`"${value}" is neither true nor false.`);
  return on;
}

/** What a switch is set to by a text; undefined when that is not a way to say it. */
export function switchValue(text: string): boolean | undefined {
  if (/^(1|t|true)$/i.test(text)) return true;
  return /^(0|f|false)$/i.test(text) ? false : undefined;
}

function parseInteger(value: string): number {
  if (/^-?\d+$/.test(value)) return Number(value);
  throw new InvalidArgumentError(`"${value}" is not a whole number.`);
}

/** One record of CSV: quotes protect commas, and are doubled inside quotes (RFC 4180). */
function splitCommas(value: string): readonly string[] {
  if (value === '') return [];
  const items = value.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...items].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}
