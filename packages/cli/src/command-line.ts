import { parseArgs } from 'node:util';
import type { OptionTable } from '@network-mapper/runtime';
import { CliError } from './cli-error.ts';

export interface CommandLine {
  /** What is neither a flag nor a flag's value. */
  readonly words: readonly string[];
  /** The texts of each flag, by its name; a switch without a value counts as `true`. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

const help = { name: 'help', short: 'h' };

/** Reads a command line in which the flags of `table` may stand anywhere. Throws CliError. */
export function readCommandLine(args: readonly string[], table: OptionTable): CommandLine {
  const known = Object.values(table).flatMap(({ flag, form }) =>
    flag === undefined ? [] : [[flag.name, flag.short, form.form === 'boolean' ? 'boolean' : 'string'] as const],
  );
  const options = Object.fromEntries(
    [...known, [help.name, help.short, 'boolean'] as const].map(([name, short, type]) => [
      name,
      { type, ...(short !== undefined && { short }) },
    ]),
  );
  // Not strict: a switch may have a value (`--short=false`), which only tokens give.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const words: string[] = [];
  const flags = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const type = options[token.name]?.type;
    if (type === undefined) throw new CliError(`unknown option ${token.rawName}`);
    const text = token.value ?? (type === 'boolean' ? 'true' : undefined);
    if (text === undefined) throw new CliError(`${token.rawName} needs a value`);
    const before = flags.get(token.name);
    if (before === undefined) flags.set(token.name, [text]);
    else before.push(text);
  }
  return { words, flags };
}
