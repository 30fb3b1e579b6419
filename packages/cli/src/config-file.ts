import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface ConfigFile {
  readonly values: Readonly<Record<string, unknown>>;
  /** Why the file is not used, where somebody should know. */
  readonly warning?: string;
}

/**
 * The configuration file: the one named, read only when its name says the format, else `~/.otterize/config`, if it is
 * there.
 */
export async function readConfigFile(path: string | undefined, home: string | undefined): Promise<ConfigFile> {
  if (path === undefined)
    return home === undefined ? { values: {} } : readYaml(join(home, '.otterize', 'config'), { optional: true });
  if (/\.(ya?ml|json)$/.test(path)) return readYaml(path, { optional: false });
  return { values: {}, warning: `${path} is not read: the name of a configuration file ends in .yaml, .yml or .json.` };
}

async function readYaml(path: string, { optional }: { readonly optional: boolean }): Promise<ConfigFile> {
  try {
    const content: unknown = parse(await readFile(path, 'utf8'));
    if (typeof content === 'object' && content !== null) return { values: { ...content } };
    return { values: {}, warning: `${path} is not used: it is not a mapping of names to values.` };
  } catch (error) {
    if (optional && error instanceof Error && 'code' in error && error.code === 'ENOENT') return { values: {} };
    const problem = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { values: {}, warning: `${path} is not used: ${problem}` };
  }
}
