import { Option, type Command } from 'commander';
import { CliError } from './cli-error.ts';
import { switchValue, type Flag, type Value } from './flag.ts';

type Flags = Readonly<Record<string, Flag>>;

/** Lets a command take these flags. */
export function addFlags(command: Command, flags: Flags): void {
  for (const flag of Object.values(flags)) {
    for (const option of optionsOf(flag)) command.addOption(flag.hidden === true ? option.hideHelp() : option);
  }
}

function optionsOf<T extends Value>(flag: Flag<T>): readonly Option[] {
  const { name, short, help, form, fallback } = flag;
  const spelling = short === undefined ? `--${name}` : `-${short}, --${name}`;
  if (form.placeholder === undefined) {
    // commander takes `--no-x` as the opposite of `--x`: both are known of every switch, the one of the flag's name is shown.
    const opposite = name.startsWith('no-') ? name.slice(3) : `no-${name}`;
    return [new Option(spelling, help), new Option(`--${opposite}`).hideHelp()];
  }
  const default_ = typeof fallback === 'object' || fallback === '' ? '' : ` (default ${String(fallback)})`;
  const option = new Option(`${spelling} <${form.placeholder}>`, `${help}${default_}`);
  return [option.argParser<T | undefined>((value, before) => form.fromArgument(value, before))];
}

/** `--switch=true` and `--switch=false`, which commander does not know, as it writes them. */
export function withoutSwitchValues(args: readonly string[], flags: Flags): readonly string[] {
  const switches = Object.values(flags).filter(flag => flag.form.placeholder === undefined);
  return args.map(argument => {
    const [, name = '', value = ''] = /^--([a-z-]+)=(.*)$/.exec(argument) ?? [];
    if (!switches.some(flag => flag.name === name)) return argument;
    const on = switchValue(value);
    if (on === undefined) throw new CliError(`--${name}: "${value}" is neither true nor false.`);
    if (on) return `--${name}`;
    return name.startsWith('no-') ? `--${name.slice(3)}` : `--no-${name}`;
  });
}
