import type { OptionForm } from './options.ts';

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map(text => [text, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map(text => [text, false] as const),
]);

/** A boolean as Go's `strconv.ParseBool` reads it. */
export const boolean: OptionForm<boolean> = {
  form: 'boolean',
  read: text => {
    const value = truths.get(text);
    return value === undefined ? { problem: 'not a boolean; write true or false.' } : { value };
  },
  write: String,
  schema: { type: 'boolean' },
};

export const text: OptionForm<string> = {
  form: 'text',
  read: value => ({ value }),
  write: value => value,
  schema: { type: 'string' },
};

/** Items separated by white space; of a flag by commas, and it can be given more than once. */
export const list: OptionForm<readonly string[]> = {
  form: 'list',
  read: value => ({ value: value.split(/\s+/).filter(item => item !== '') }),
  readFlag: texts => ({ value: texts.flatMap(splitCommas) }),
  write: items => items.join(' '),
  schema: { type: 'array', items: { type: 'string' } },
};

/** One record of CSV: quotes protect commas, and are doubled inside quotes (RFC 4180). */
function splitCommas(value: string): readonly string[] {
  if (value === '') return [];
  const items = value.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...items].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

/** A value of this form, or undefined where nobody gave one; an empty one is given too. */
export function optional<T>(form: OptionForm<T>): OptionForm<T | undefined> {
  return { ...form, write: value => (value === undefined ? '' : form.write(value)) };
}

/** One of some words. */
export function oneOf<const Word extends string>(words: readonly Word[]): OptionForm<Word> {
  return {
    form: words.join(' | '),
    read: text => {
      const value = words.find(word => word === text);
      return value === undefined ? { problem: `none of ${words.join(', ')}.` } : { value };
    },
    write: value => value,
    schema: { enum: words },
  };
}

export function integer(bounds: { readonly min: number; readonly max: number }): OptionForm<number> {
  return {
    form: 'integer',
    read: value => {
      const number = /^-?(0x[0-9a-f]+|\d+)$/i.test(value) ? Number(value) : NaN;
      if (Number.isSafeInteger(number) && number >= bounds.min && number <= bounds.max) return { value: number };
      return { problem: `not a whole number from ${bounds.min} to ${bounds.max}.` };
    },
    write: String,
    schema: { type: 'integer', minimum: bounds.min, maximum: bounds.max },
  };
}

/** A TCP port to listen on; 0 lets the system choose. */
export const port: OptionForm<number> = { ...integer({ min: 0, max: 65535 }), form: 'port' };

/** Ports separated by commas or white space. */
export const ports: OptionForm<readonly number[]> = {
  form: 'ports',
  read: value => {
    const numbers = value.split(/[\s,]+/).filter(item => item !== '');
    if (numbers.length === 0 || !numbers.every(item => /^\d+$/.test(item) && Number(item) > 0 && Number(item) <= 65535))
      return { problem: 'not ports from 1 to 65535, separated by commas.' };
    return { value: [...new Set(numbers.map(Number))] };
  },
  write: items => items.join(','),
  schema: { type: 'string', pattern: '^[\\s,]*\\d+([\\s,]+\\d+)*[\\s,]*$' },
};

export const httpUrl: OptionForm<string> = {
  form: 'URL',
  read: value => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url?.protocol === 'http:' || url?.protocol === 'https:') return { value };
    return { problem: 'not an address that starts with http:// or https://.' };
  },
  write: value => value,
  schema: { type: 'string', pattern: '^https?://' },
};

const milliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const durationPattern = /^(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/;

/**
 * A duration as Go's `time.ParseDuration` reads it (`500ms`, `1m30s`), in milliseconds. A number without a unit is
 * refused: the original took it for nanoseconds.
 */
export const duration: OptionForm<number> = {
  form: 'duration',
  read: value => {
    if (!durationPattern.test(value)) {
      return {
        problem: /^[\d.]+$/.test(value)
          ? `no unit; write for example ${value}s.`
          : 'not a duration such as 500ms, 30s or 5m.',
      };
    }
    let total = 0;
    for (const [, amount, unit] of value.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
      total += Number(amount) * (milliseconds[unit ?? ''] ?? NaN);
    }
    return { value: total };
  },
  write: value =>
    value % 60_000 === 0 && value > 0 ? `${value / 60_000}m` : value % 1000 === 0 ? `${value / 1000}s` : `${value}ms`,
  schema: { type: 'string', pattern: durationPattern.source },
};
